"""Writes script_draws.pt, a TorchScript module whose methods draw random numbers, and script_draws.json with what they
give after torch.manual_seed(3), for tests/torch/concurrent_random_test.ts.

    python tests/golden/script_draws.py
"""

import json
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

warnings.filterwarnings("ignore", category=DeprecationWarning)
folder = Path(__file__).parent


class Draws(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.drop(x)

    @torch.jit.export
    def noise(self, x: Tensor) -> Tensor:
        return x + torch.rand_like(x)


if __name__ == "__main__":
    model = torch.jit.script(Draws())
    torch.jit.save(model, str(folder / "script_draws.pt"))
    x = torch.ones(8)
    expected = {}
    for name, run in {"forward": model, "noise": model.noise}.items():
        torch.manual_seed(3)
        expected[name] = run(x).tolist()
    (folder / "script_draws.json").write_text(json.dumps(expected) + "\n")
