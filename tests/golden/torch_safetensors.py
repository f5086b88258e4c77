"""Writes torch_all_dtypes.safetensors with Python's safetensors, for tests/torch/safetensors_test.ts.

    python tests/golden/torch_safetensors.py
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

inf, nan = float("inf"), float("nan")
tensors = {
    "float32": torch.tensor([[1.5, -2.25, 3.0], [0.1, inf, -0.0]]),
    "float64": torch.tensor([1 / 3, -1e300, nan], dtype=torch.float64),
    "float16": torch.tensor([0.5, -65504.0, 6e-8], dtype=torch.float16),
    "bfloat16": torch.tensor([1.0, -3.14, 1e38], dtype=torch.bfloat16),
    "int64": torch.tensor([-(2**63), 2**63 - 1, 2**53 + 1]),
    "int32": torch.tensor([[-(2**31)], [2**31 - 1]], dtype=torch.int32),
    "int16": torch.tensor([-32768, 32767], dtype=torch.int16),
    "int8": torch.tensor([-128, 127, 0], dtype=torch.int8),
    "uint8": torch.tensor([0, 255, 7], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
    "scalar": torch.tensor(-7.5),
    "empty": torch.zeros(0, 3),
    "transposed": torch.arange(6, dtype=torch.float32).reshape(2, 3).T.contiguous(),
    'name "quoted" \\ grün\n': torch.tensor([1], dtype=torch.uint8),
}
folder = Path(__file__).parent
save_file(tensors, folder / "torch_all_dtypes.safetensors", {"epoch": "4", "note": "grün\n"})
