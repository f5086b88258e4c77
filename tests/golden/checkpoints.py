"""Writes the files of tests/golden/checkpoints/ with the real torch.save, for tests/checkpoints/.

    python tests/golden/checkpoints.py

expected.safetensors holds what torch.load says of every file, under "file/name"; element types that safetensors does
not have here are stored as their bytes, and complex numbers as pairs.
"""

import argparse
import io
import pickle
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from safetensors.torch import save_file
from torch import nn

warnings.filterwarnings("ignore")
folder = Path(__file__).parent / "checkpoints"
folder.mkdir(exist_ok=True)
torch.manual_seed(0)
plain = ["uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "bool"]
others = ["complex64", "complex128", "uint16", "uint32", "uint64", "float8_e5m2", "float8_e4m3fn"]

base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 7


def make_dtypes():
    state = OrderedDict()
    for name in plain:
        state[name] = (torch.randn(2, 3) * 3).to(getattr(torch, name))
    state["complex64"] = torch.complex(torch.randn(3), torch.randn(3))
    state["complex128"] = torch.complex(torch.randn(2), torch.randn(2)).to(torch.complex128)
    return state


def make_views():
    return {
        "scalar": torch.tensor(-7.5),
        "empty": torch.zeros(0, 3),
        "transposed": base.t(),
        "shared": base,
        "rows": base[1:3],
        "column": base[:, 2],
        "steps": base[::2, 1::2],
        "expanded": torch.tensor([[1.5], [2.5]]).expand(2, 4),
        "channels_last": torch.randn(1, 3, 2, 2).to(memory_format=torch.channels_last),
        "permuted": torch.arange(24, dtype=torch.int64).reshape(2, 3, 4).permute(2, 0, 1),
    }


def make_training():
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    net(torch.randn(5, 3)).sum().backward()
    optimizer.step()
    return {
        "epoch": 3,
        "arch": "net",
        "best": 0.75,
        "done": False,
        "nothing": None,
        "big": 2**70,
        "bytes": b"\x00\xff",
        "size": torch.Size([2, 3]),
        "dtype": torch.float16,
        "device": torch.device("cpu"),
        "names": {"a", "b"},
        "history": [1, 2.5, "x", (1, 2, 3, 4)],
        "state_dict": OrderedDict(("module." + k, v) for k, v in net.state_dict().items()),
        "optimizer": optimizer.state_dict(),
    }


def make_parameters():
    parameter = torch.nn.Parameter(torch.randn(2, 2))
    tagged = torch.nn.Parameter(torch.randn(3))
    tagged.note = "attributes are left out"
    with_attribute = torch.randn(2)
    with_attribute.note = "here too"
    return {"parameter": parameter, "tagged": tagged, "attribute": with_attribute, "tied": parameter}


def tensors_of(value, name=""):
    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, (dict, list, tuple)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in items:
            yield from tensors_of(child, f"{name}.{key}" if name else str(key))


expected = {}


def write(name, value, **options):
    torch.save(value, folder / name, **options)
    expect(name, value)


def expect(name, value):
    for key, tensor in tensors_of(value):
        tensor = tensor.detach()
        if tensor.is_complex():
            tensor = torch.view_as_real(tensor)
        elif str(tensor.dtype).split(".")[1] not in plain:
            tensor = tensor.contiguous().view(torch.uint8)
        expected[f"{name}/{key}"] = tensor.clone(memory_format=torch.contiguous_format)


legacy = {"_use_new_zipfile_serialization": False}
write("dtypes.pth", make_dtypes())
write("dtypes_legacy.pth", make_dtypes(), **legacy)
# Element types without a storage class of their own: only the new format has them.
write("dtypes_v3.pth", {name: (torch.rand(4) * 9).to(getattr(torch, name)) for name in others[2:]})
write("views.pth", make_views())
write("views_legacy.pth", make_views(), **legacy)
write("training.pth", make_training())
write("training_legacy.pth", make_training(), **legacy)
write("training_protocol5.pth", make_training(), pickle_protocol=5)
write("training_legacy_protocol4.pth", make_training(), pickle_protocol=4, **legacy)
write("parameters.pth", make_parameters())



def packed_anew(source, target, leave_out="nothing", how=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", how) as new:
        for name in old.namelist():
            if not name.endswith(leave_out):
                new.writestr(zipfile.ZipInfo(name), old.read(name), how)


# The same archive, packed.
packed_anew(folder / "views.pth", folder / "views_deflated.pth")
expect("views_deflated.pth", torch.load(folder / "views.pth"))



class Tower(nn.Module):
    """CLIP's image tower with OpenAI's names."""

    def __init__(self, side, patch, width, layers, heads, output):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.randn(width) / 5)
        self.positional_embedding = nn.Parameter(torch.randn((side // patch) ** 2 + 1, width) / 5)
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, layers, heads)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.randn(width, output) / 5)

    def forward(self, images):
        x = self.conv1(images).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(x.shape[0], 1, -1)
        x = self.ln_pre(torch.cat([first, x], 1) + self.positional_embedding)
        return self.ln_post(self.transformer(x)[:, 0]) @ self.proj


class Transformer(nn.Module):
    def __init__(self, width, layers, heads):
        super().__init__()
        self.resblocks = nn.Sequential(*(Block(width, heads) for _ in range(layers)))

    def forward(self, x):
        return self.resblocks(x)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            OrderedDict(c_fc=nn.Linear(width, 2 * width), gelu=QuickGELU(), c_proj=nn.Linear(2 * width, width))
        )
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, x):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))


class QuickGELU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Clip(nn.Module):
    """The names that surround the image tower in OpenAI's archives."""

    def __init__(self):
        super().__init__()
        self.visual = Tower(16, 8, 8, 2, 2, 6)
        self.transformer = Transformer(4, 1, 1)
        self.token_embedding = nn.Embedding(5, 4)
        self.logit_scale = nn.Parameter(torch.tensor(4.6))
        for name in ("input_resolution", "vocab_size"):
            self.register_buffer(name, torch.tensor(16))

    def forward(self, images):
        return self.visual(images) * self.logit_scale.exp()


class Pair(NamedTuple):
    left: int
    right: List[int]


class Parts(nn.Module):
    """All sorts of attributes; only parameters and buffers are weights."""

    sizes: List[int]
    rates: List[float]
    flags: List[bool]
    seen: List[torch.Tensor]
    table: Dict[str, torch.Tensor]
    counts: Dict[str, int]
    nothing: Optional[torch.Tensor]
    pair: Pair
    mixed: Tuple[int, str]

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2, bias=False)])
        self.again = self.layers[0]
        self.register_buffer("whole", base)
        self.register_buffer("column", base[:, 2])
        self.register_buffer("bytes", torch.arange(4, dtype=torch.uint8))
        self.register_buffer("passing", torch.ones(2, dtype=torch.bfloat16), persistent=False)
        self.tied = self.layers[1].weight
        self.sizes, self.rates, self.flags = [2, 3], [0.5], [True]
        self.seen, self.table = [torch.ones(2)], {"a": torch.ones(3)}
        self.counts, self.nothing, self.pair, self.mixed = {"a": 1}, None, Pair(1, [2]), (1, "grün")

    def forward(self, x):
        seen = self.seen[0] + self.table["a"][0] + self.counts["a"] + self.sizes[0] + self.rates[0]
        # All attributes that are used are kept.
        if self.flags[0] and self.nothing is None and self.mixed[1] == "x":
            seen = seen + self.pair.left + self.pair.right[0] + self.whole.sum() + self.column.sum() + self.bytes.sum()
        return self.again(self.layers[0](x)) + self.layers[1](x) + seen + self.passing + self.tied.sum()


def write_script(name, module, leave_out=".debug_pkl"):
    """Without the places of the source files that it was made of."""
    script = io.BytesIO()
    torch.jit.save(module, script)
    packed_anew(script, folder / name, leave_out, zipfile.ZIP_STORED)
    expect(name, module.state_dict())


write_script("script.pt", torch.jit.script(nn.Linear(2, 1)))
write_script("script_parts.pt", torch.jit.script(Parts()))
images = torch.rand(2, 3, 16, 16)
clip = Clip().eval()
for weight in clip.parameters():
    # Numbers that float16 has, too.
    weight.data = weight.half().float()
expected["script_clip/images"] = images
expected["script_clip/features"] = clip.visual(images).detach()
write_script("script_clip.pt", torch.jit.trace(clip, images, check_trace=False).half())
packed_anew(folder / "script_clip.pt", folder / "script_deflated.pt")
expect("script_deflated.pt", torch.jit.load(folder / "script_clip.pt").state_dict())

# What is refused.
torch.save({"model": {"w": torch.ones(2)}, "args": argparse.Namespace(lr=0.1, name="x")}, folder / "namespace.pth")
torch.save({"w": torch.eye(2).to_sparse()}, folder / "sparse.pth")
torch.save({"w": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}, folder / "quantized.pth")
torch.save({"w": torch.complex(torch.ones(2), torch.ones(2)).conj()}, folder / "conjugate.pth")
torch.save(torch.nn.Linear(2, 1), folder / "module.pth")
with open(folder / "plain.pkl", "wb") as file:
    pickle.dump({"w": [1, 2]}, file, protocol=2)


class Harm:
    def __reduce__(self):
        return eval, ("open('/tmp/apprentice_was_harmed', 'w')",)


torch.save({"w": torch.ones(2), "harm": Harm()}, folder / "harm.pth")
torch.save({"w": torch.ones(2), "harm": Harm()}, folder / "harm_legacy.pth", **legacy)

save_file(expected, folder / "expected.safetensors")
