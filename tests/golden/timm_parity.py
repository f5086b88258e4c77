"""What timm computes for architectures by its names, stages and dense features included: for the scripts parity_*.py.

A family's script calls `main(rows)`, with the arguments of each record's network:

    rows = {"tiny": ("hiera_tiny_224", 64, {"num_classes": 5, "embed_dim": 16})}

python tests/golden/parity_FAMILY.py OUT                  the small records
python tests/golden/parity_FAMILY.py --full NAME OUT      one at its true size, with whole gradients
"""

import math
import sys

import parity
import timm
import torch


def features(model, images):
    return model.forward_head(model.forward_features(images), pre_logits=True)


def as_map(output, channels, grid=None, prefix=0):
    """A map (B, D, rows, columns) of what timm returns: tokens, or a map with channels first or last."""
    if output.dim() == 3:
        tokens = output[:, prefix:]
        rows, columns = grid or [math.isqrt(tokens.shape[1])] * 2
        return tokens.transpose(1, 2).unflatten(2, (rows, columns))
    return output if output.shape[1] == channels else output.permute(0, 3, 1, 2)


def summed(output):
    """A sum over the places of a map, each with a weight of its own: (B, D)."""
    rows, columns = output.shape[2:]
    weights = parity.uniform("places", [rows, columns]).to(output.dtype)
    return (output * weights).sum((2, 3))


def stages(model, images):
    """The maps after each of the last four stages; of a network without stages after each quarter of its blocks."""
    info = model.feature_info.info if hasattr(model.feature_info, "info") else model.feature_info
    rising = all(a["reduction"] < b["reduction"] for a, b in zip(info, info[1:]))
    count = len(info)
    parts = min(4, count)
    chosen = range(count - parts, count) if rising else [math.ceil(count * (i + 1) / parts) - 1 for i in range(parts)]
    if hasattr(model, "forward_intermediates"):
        return model.forward_intermediates(images, indices=list(chosen), intermediates_only=True)
    maps, hooks = {}, []
    modules = dict(model.named_modules())
    for i in chosen:
        hook = lambda module, _, output, i=i: maps.__setitem__(i, output)  # noqa: E731
        hooks.append(modules[info[i]["module"]].register_forward_hook(hook))
    model.forward_features(images)
    for hook in hooks:
        hook.remove()
    return [as_map(maps[i], info[i]["num_chs"]) for i in chosen]


def dense(model, images):
    output = model.forward_features(images)
    prefix = getattr(model, "num_prefix_tokens", 0)
    return as_map(output, model.num_features, prefix=prefix)


def record(name, size=None, full=False, batch=2, **options):
    model = timm.create_model(name, **options) if isinstance(name, str) else name()
    size = size or model.default_cfg["input_size"][-1]
    seen = {}
    if not full:
        seen = {
            "dense": lambda: summed(dense(model, images)),
            "stages": lambda: torch.cat([summed(one) for one in stages(model, images)], 1),
        }
    channels = options.get("in_chans", 3)
    dtype = torch.float32 if full else torch.float64
    results, facts = parity.record(
        model, size, batch=batch, channels=channels, features=features, full=full, dtype=dtype
    )
    # As parity.record has them; the weights are filled anew, which training changed.
    parity.fill(model)
    model.eval()
    images = (parity.uniform("images", [batch, channels, size, size]) * 2).to(dtype)
    with torch.no_grad():
        results |= {key: make().contiguous() for key, make in seen.items()}
    return results, facts


def main(rows, full_options=None):
    """Writes the records; rows: {record: (timm's name or a function, side of the images, options)}."""
    if sys.argv[1] == "--full":
        _, _, name, path = sys.argv
        parity.save(path, {name: record(name, full=True, **(full_options or {}))})
    else:
        parity.save(sys.argv[1], {key: record(name, size, **options) for key, (name, size, options) in rows.items()})
