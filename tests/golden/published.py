"""Writes what timm says of its architectures and their weights, for src/models/published/timm.json.

python tests/golden/published.py NAMES OUT KEYS     NAMES: a file with a name in each line

KEYS becomes what tests/models/timm_names_test.ts compares with: of each architecture the hash of its state dict's names and
shapes. Nothing is computed: the models have no memory.
"""

import hashlib
import json
import sys

import publishers  # noqa: F401
import timm
import torch
from timm.models import get_pretrained_cfg
from timm.models._registry import _model_default_cfgs as default_cfgs

STATISTICS = {
    ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)): "imagenet",
    ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)): "half",
    ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)): "clip",
    ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)): "none",
}


def weights_of(cfg):
    """The facts of one file of weights, without those that are as usual."""
    if cfg.input_size[0] != 3:
        return None
    # Images are squares here: for pictures of people, which are 1024 x 768 there, the square in the middle.
    size = min(cfg.input_size[1:])
    is_square = size == max(cfg.input_size[1:])
    facts = {"size": size}
    statistics = STATISTICS.get((tuple(cfg.mean), tuple(cfg.std)))
    if statistics is None:
        facts["mean"], facts["std"] = list(cfg.mean), list(cfg.std)
    elif statistics != "imagenet":
        facts["statistics"] = statistics
    if cfg.crop_pct != 0.875:
        facts["crop"] = cfg.crop_pct
    if cfg.crop_mode != "center" and is_square:
        facts["cropMode"] = cfg.crop_mode
    # "random" is drawn in training only; what evaluates then takes bilinear.
    interpolation = "bilinear" if cfg.interpolation == "random" else cfg.interpolation
    if interpolation != "bicubic":
        facts["interpolation"] = interpolation
    if cfg.num_classes != 1000:
        facts["classes"] = cfg.num_classes
    if cfg.fixed_input_size:
        facts["fixed"] = True
    if cfg.license not in (None, "unknown"):
        facts["license"] = cfg.license
    if cfg.hf_hub_id and cfg.hf_hub_id != "timm/":
        facts["hub"] = cfg.hf_hub_id
    elif not cfg.hf_hub_id:
        facts["hub"] = None
    return facts


def stages_of(model):
    """Channels and reductions of four stages at most; those of a model without stages are alike."""
    info = getattr(model, "feature_info", None)
    if info is None:
        return None
    info = info.info if hasattr(info, "info") else info
    stages = [[one["num_chs"], one["reduction"]] for one in info]
    rising = all(a[1] < b[1] for a, b in zip(stages, stages[1:]))
    return stages[-4:] if rising else [stages[-1]] * min(4, len(stages))


names, out, keys = sys.argv[1:]
facts, hashes = {}, {}
for name in open(names).read().split():
    with torch.device("meta"):
        model = timm.create_model(name)
    default = default_cfgs.get(name)
    tags = [tag for tag in default.tags if default.cfgs[tag].has_weights] if default else []
    usual = {} if tags else {"": weights_of(get_pretrained_cfg(name))}
    weights = usual | {tag: weights_of(default.cfgs[tag]) for tag in tags}
    stages = stages_of(model)
    columnar = stages is not None and len({reduction for _, reduction in stages}) == 1
    facts[name] = {
        "width": getattr(model, "head_hidden_size", None) or model.num_features,
        "stages": stages,
        **({"patch": stages[0][1]} if columnar else {}),
        "weights": {tag: row for tag, row in weights.items() if row is not None},
    }
    lines = sorted(f"{key} {list(value.shape)}" for key, value in model.state_dict().items())
    hashes[name] = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

for path, table in ((out, facts), (keys, hashes)):
    with open(path, "w") as file:
        rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(table.items()))
        file.write("{\n" + rows + "\n}\n")
