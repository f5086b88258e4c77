"""Writes script_modules/: modules with helper classes, scripted, traced, frozen and in half precision, and what the modules
in them returned to a forward hook in Python, for tests/torch/script_modules_test.ts and tests/teachers/script_modules_test.ts.

    python tests/golden/script_modules.py
"""

import warnings
import zipfile
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

warnings.filterwarnings("ignore")
folder = Path(__file__).parent / "script_modules"
folder.mkdir(exist_ok=True)
torch.manual_seed(0)


class Size(NamedTuple):
    height: int
    width: int


class Both(NamedTuple):
    features: Tensor
    logits: Tensor


@torch.jit.interface
class Layer(nn.Module):
    def forward(self, input: Tensor) -> Tensor:
        pass


def scaled(x: Tensor, by: float = 2.0) -> Tensor:
    return x * by


class Block(nn.Module):
    """All blocks are of one class in the file; their activation is changed in place by what follows."""

    def __init__(self, gate: bool):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Identity()
        self.act = nn.ReLU(inplace=True)
        self.gate: Optional[nn.Module] = nn.Conv2d(4, 4, 1) if gate else None

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x
        x = self.act(self.drop(self.norm(self.conv(x))))
        if self.gate is not None:
            x = x * self.gate(x).sigmoid()
        x += shortcut
        return x


class Last(nn.Module):
    """Tokens with the channels last, as Swin hands them on."""

    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(4)
        self.scales = nn.ParameterList([nn.Parameter(torch.tensor([0.5, 1.0, 1.5, 2.0]))])

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(x.permute(0, 2, 3, 1))
        for scale in self.scales:
            x = x * scale
        return x


class Pair(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, Size]:
        return scaled(x), Size(x.size(2), x.size(3))


class Net(nn.Module):
    widths: Tuple[int, int]
    aux: torch.jit.Final[bool]

    def __init__(self):
        super().__init__()
        self.widths = (4, 5)
        self.aux = False
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Hardswish())
        self.blocks = nn.ModuleList([Block(False), Block(True), Block(True)])
        self.pair = Pair()
        self.named = nn.ModuleDict({"last": Last()})
        self.twice = nn.Tanh()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.never = nn.Linear(4, 4)
        self.head = nn.Linear(4, 5)

    def forward_features(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        x, size = self.pair(x)
        for last in self.named.values():
            x = last(x)
        x = x.permute(0, 3, 1, 2) * (size.height / size.width)
        return self.twice(self.twice(x))

    def forward_head(self, x: Tensor, pre_logits: bool = False) -> Tensor:
        x = self.pool(x).flatten(1)
        if self.aux:
            x = self.never(x)
        # A module that is called in a branch.
        return x if pre_logits else self.head(x)

    def forward(self, x: Tensor) -> Tensor:
        return self.forward_head(self.forward_features(x))


class Through(nn.Module):
    """A part that is called through an interface, and a result with names."""

    layer: Layer

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 1)
        self.head = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Both:
        f = self.layer(x).mean((2, 3))
        return Both(f, self.head(f))


class Record(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 4, 1))
        self.head = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        x = self.features(x)
        pooled = x.mean((2, 3))
        return {"last_hidden_state": x.flatten(2).transpose(1, 2), "pooler_output": pooled, "logits": self.head(pooled)}


class Deep(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Dict[str, List[Tensor]], Optional[Tensor]]:
        return {"stages": [x, x.mean((2, 3))]}, None


def save(module, name):
    """Saves a module without the debug files, which hold the paths of the machine that it was made on."""
    path = folder / f"{name}.pt"
    module.save(str(path))
    with zipfile.ZipFile(path) as archive:
        entries = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in entries:
            if not entry.filename.endswith(".debug_pkl"):
                archive.writestr(entry.filename, data)


def randomised(model):
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(0, 0.1)
        elif name.endswith("running_var"):
            buffer.uniform_(0.5, 1.5)
    return model.eval()


with torch.no_grad():
    images = torch.rand(2, 3, 6, 8)
    model = randomised(Net())
    returned = {}
    hooks = [
        module.register_forward_hook(
            lambda _, __, output, name=name: returned.setdefault(name, []).append(
                (output[0] if isinstance(output, tuple) else output).detach().clone()
            )
        )
        for name, module in model.named_modules()
        if name != ""
    ]
    tensors = {"images": images, "logits": model(images)}
    for hook in hooks:
        hook.remove()
    for name, outputs in returned.items():
        for i, output in enumerate(outputs):
            tensors[f"{name}#{i}"] = output.contiguous()
    scripted = torch.jit.script(model)
    save(scripted, "scripted")
    save(torch.jit.trace(model, images[:1]), "traced")
    save(torch.jit.freeze(scripted), "frozen")
    for dtype in [torch.float16, torch.bfloat16]:
        name = str(dtype).removeprefix("torch.")
        half = randomised(Net())
        half.load_state_dict(model.state_dict())
        half = half.to(dtype)
        tensors[name] = half(images.to(dtype)).float()
        save(torch.jit.script(half), name)
        save(torch.jit.freeze(torch.jit.script(half)), f"frozen_{name}")
    through = Through().eval()
    tensors["through.features"], tensors["through.logits"] = through(images)
    save(torch.jit.script(through), "through")
    record = Record().eval()
    tensors.update({f"record.{key}": value.contiguous() for key, value in record(images).items()})
    tensors["record.features#0"] = record.features(images)
    save(torch.jit.script(record), "record")
    save(torch.jit.script(Deep()), "deep")
    # Its weights are not in the file: PyTorch cannot load it either.
    save(torch.jit.optimize_for_inference(torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval())), "optimized")
    model.train()
    tensors["train"] = model(images)

save_file({name: value.contiguous().clone() for name, value in tensors.items()}, folder / "returned.safetensors")
