"""Writes script_returns/: scripted modules whose constants are enums, and whose results are optional or lie in each other,
for tests/teachers/script_returns_test.ts. Each gives x.mean((2, 3)) and twice that.

    python tests/golden/script_returns.py
"""

import enum
import warnings
import zipfile
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn

warnings.filterwarnings("ignore")
folder = Path(__file__).parent / "script_returns"
folder.mkdir(exist_ok=True)


class Format(str, enum.Enum):
    """As timm's, a text."""

    NCHW = "NCHW"
    NHWC = "NHWC"


class Order(enum.Enum):
    FIRST = 1
    LAST = 2


class Outputs(NamedTuple):
    """As torchvision's InceptionOutputs."""

    logits: Tensor
    aux_logits: Optional[Tensor]


class Enums(nn.Module):
    format: Format
    order: Order

    def __init__(self):
        super().__init__()
        self.format = Format.NCHW
        self.order = Order.LAST
        self.scale = nn.Parameter(torch.ones(3))

    def forward(self, x):
        x = x.mean((2, 3)) * self.scale
        if self.order == Order.FIRST:
            x = x * 0
        return x

    @torch.jit.export
    def which(self) -> Order:
        return self.order


class Named(nn.Module):
    def forward(self, x) -> Outputs:
        return Outputs(x.mean((2, 3)), None)


class Maybe(nn.Module):
    def forward(self, x) -> Optional[Tensor]:
        return x.mean((2, 3))


class Nothing(nn.Module):
    def forward(self, x) -> Optional[Tensor]:
        return None


class Record(nn.Module):
    def forward(self, x) -> Dict[str, Tensor]:
        return {"out": x.mean((2, 3))}


class Pair(nn.Module):
    def forward(self, x) -> Tuple[Tensor, Optional[Tensor], List[Tensor]]:
        return x.mean((2, 3)), None, [x.mean((2, 3)) * 2]


class Nested(nn.Module):
    def forward(self, x) -> Tuple[Optional[Tensor], Dict[str, List[Optional[Tensor]]]]:
        found: List[Optional[Tensor]] = [None, x.mean((2, 3))]
        return None, {"a": found}


for module in [Enums, Named, Maybe, Nothing, Record, Pair, Nested]:
    path = folder / f"{module.__name__.lower()}.pt"
    torch.jit.script(module().eval()).save(str(path))
    # Without the debug files, which hold the paths of the machine that they were made on.
    with zipfile.ZipFile(path) as archive:
        entries = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for entry, data in entries:
            if not entry.filename.endswith(".debug_pkl"):
                archive.writestr(entry, data)
