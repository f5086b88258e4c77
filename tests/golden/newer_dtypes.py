"""Writes newer_dtypes/: tensors of the dtypes beyond the first ten, as safetensors and as files of torch.save; and
newer_dtypes.json, their values; for tests/torch/newer_dtypes_test.ts.

    python tests/golden/newer_dtypes.py
"""

import json
import struct
from pathlib import Path

import torch
from safetensors.torch import save_file

folder = Path(__file__).parent / "newer_dtypes"
folder.mkdir(exist_ok=True)
numbers = torch.tensor([0.0, 1.0, -1.5, 0.013, 3.25, 100.0])
tensors = {
    "uint16": torch.tensor([0, 1, 65535], dtype=torch.uint16),
    "uint32": torch.tensor([0, 1, 4294967295], dtype=torch.uint32),
    "uint64": torch.tensor([0, 1, 9007199254740991], dtype=torch.uint64),
    "complex64": torch.tensor([1 + 2j, -0.5 - 3j], dtype=torch.complex64),
    "float8_e4m3fn": numbers.to(torch.float8_e4m3fn),
    "float8_e5m2": numbers.to(torch.float8_e5m2),
    "float8_e4m3fnuz": numbers.to(torch.float8_e4m3fnuz),
    "float8_e5m2fnuz": numbers.to(torch.float8_e5m2fnuz),
    "float8_e8m0fnu": torch.tensor([0.25, 1.0, 64.0]).to(torch.float8_e8m0fnu),
}
more = {
    "complex128": torch.tensor([1 + 2j, -0.5 - 3j], dtype=torch.complex128),
    "complex32": torch.tensor([1 + 2j, -0.5 - 3j], dtype=torch.complex32),
}


def values(tensor):
    if tensor.is_complex():
        return torch.view_as_real(tensor.to(torch.complex128)).tolist()
    return tensor.to(torch.float64).tolist() if tensor.is_floating_point() else tensor.tolist()


save_file(tensors, folder / "all.safetensors")
torch.save({**tensors, **more}, folder / "all.pth")
(folder.parent / "newer_dtypes.json").write_text(json.dumps({name: values(tensor) for name, tensor in {**tensors, **more}.items()}))

# What safetensors writes for formats of fewer bits than 8, and a name that nobody knows, beside a float32.
header = {
    "w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
    "four": {"dtype": "F4", "shape": [4, 2], "data_offsets": [8, 12]},
    "six": {"dtype": "F6_E2M3", "shape": [4], "data_offsets": [12, 15]},
    "future": {"dtype": "F128", "shape": [1], "data_offsets": [15, 31]},
}
text = json.dumps(header).encode()
(folder / "fewer_bits.safetensors").write_bytes(
    struct.pack("<Q", len(text)) + text + struct.pack("<ff", 1.5, -2) + bytes(23)
)
