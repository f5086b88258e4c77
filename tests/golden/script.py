"""Writes script_*.pt (TorchScript modules) and script.safetensors (inputs and PyTorch's outputs), for
tests/torch/script_test.ts and tests/teachers/from_script_test.ts.

    python tests/golden/script.py
"""

import warnings
import zipfile
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", category=FutureWarning)
folder = Path(__file__).parent
torch.manual_seed(0)


class Small(nn.Module):
    """A convolutional classifier with batch norm, so that train and eval differ and there are buffers."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 5)
        self.register_buffer("offset", torch.tensor([0.5, -0.5, 1.0, 0.0]))

    def forward(self, x):
        x = torch.relu(self.bn(self.conv(x))).mean((2, 3)) + self.offset
        return self.fc(x)


class Point(NamedTuple):
    x: Tensor
    size: int


class Outputs(Small):
    """Many methods, which return and take what TorchScript can."""

    forward = Small.forward

    @torch.jit.export
    def features(self, x: Tensor) -> Tensor:
        return torch.relu(self.bn(self.conv(x))).mean((2, 3)) + self.offset

    @torch.jit.export
    def pair(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        f = self.features(x)
        return f, self.fc(f)

    @torch.jit.export
    def stages(self, x: Tensor) -> List[Tensor]:
        y = self.conv(x)
        return [y, torch.relu(self.bn(y))]

    @torch.jit.export
    def tokens(self, x: Tensor) -> Tensor:
        return self.conv(x).flatten(2).transpose(1, 2)

    @torch.jit.export
    def record(self, x: Tensor) -> Dict[str, Tensor]:
        f = self.features(x)
        return {"features": f, "logits": self.fc(f)}

    @torch.jit.export
    def named(self, x: Tensor) -> Point:
        return Point(x.sum(), x.size(0))

    @torch.jit.export
    def nested(self, x: Tensor) -> Tuple[Dict[str, List[Tensor]], Optional[Tensor], str, int, float, bool]:
        return {"a": [x, x + 1]}, None, "grün", 3, 0.5, True

    @torch.jit.export
    def numbered(self, x: Tensor) -> Dict[int, Tensor]:
        return {3: x, 7: x * 2}

    @torch.jit.export
    def arguments(
        self,
        x: Tensor,
        scale: float = 2.0,
        shift: int = 1,
        flag: bool = False,
        mode: str = "add",
        sizes: Optional[List[int]] = None,
        other: Optional[Tensor] = None,
    ) -> Tensor:
        y = x * scale + shift if mode == "add" else x * scale - shift
        if flag:
            y = -y
        if sizes is not None:
            y = y.reshape(sizes)
        if other is not None:
            y = y + other
        return y

    @torch.jit.export
    def containers(self, xs: List[Tensor], named: Dict[str, Tensor], pair: Tuple[int, float]) -> Tensor:
        return torch.stack(xs).sum() + named["a"] * pair[0] + pair[1]

    @torch.jit.export
    def anything(self, value: Any) -> str:
        if isinstance(value, int):
            return "int"
        if isinstance(value, float):
            return "float"
        if isinstance(value, str):
            return "str"
        if isinstance(value, Tensor):
            return "tensor"
        return "other"

    @torch.jit.export
    def large(self) -> int:
        return 9007199254740993

    @torch.jit.export
    def fails(self, x: Tensor) -> Tensor:
        if x.dim() != 7:
            raise ValueError("seven is wanted")
        return x

    @torch.jit.export
    def mismatch(self, x: Tensor) -> Tensor:
        return x.reshape(7)

    @torch.jit.export
    def complains(self, x: Tensor) -> Tensor:
        print("printed", x)
        return x


def randomised(model):
    """Batch norm's statistics away from 0 and 1, so that they count."""
    model.bn.running_mean.copy_(torch.randn(4) * 0.1)
    model.bn.running_var.copy_(torch.rand(4) + 0.5)
    return model


def save(module, name):
    """Saves a module without the debug files, which hold the paths of the machine that it was made on."""
    path = folder / name
    module.save(str(path))
    with zipfile.ZipFile(path) as archive:
        entries = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for entry, data in entries:
            if not entry.filename.endswith(".debug_pkl"):
                archive.writestr(entry, data)


with torch.no_grad():
    images = torch.rand(2, 3, 8, 8)
    small = torch.arange(6.0).reshape(2, 3)
    tensors = {"images": images, "small": small}

    traced = torch.jit.trace(randomised(Small()).eval(), images[:1])
    save(traced, "script_traced.pt")
    tensors["traced"] = traced(images)

    model = randomised(Outputs()).eval()
    scripted = torch.jit.script(model)
    save(scripted, "script_scripted.pt")
    tensors["forward"] = scripted(images)
    tensors["features"] = scripted.features(images)
    tensors["stage0"], tensors["stage1"] = scripted.stages(images)
    tensors["arguments_default"] = scripted.arguments(small)
    tensors["arguments_all"] = scripted.arguments(small, 0.5, 3, True, "sub", [3, 2], torch.ones(2))
    tensors["containers"] = scripted.containers([small, small], {"a": torch.tensor(2.0)}, (3, 0.25))
    for name, value in scripted.state_dict().items():
        tensors[f"state.{name}"] = value.clone()
    tensors["double"] = scripted.double()(images.double())
    scripted.float().train()
    tensors["train"] = scripted(images)

save_file({name: value.detach().contiguous().clone() for name, value in tensors.items()}, folder / "script.safetensors")
