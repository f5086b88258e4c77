"""Writes what the heads of RADIO's adaptors compute, whose parameters have NVIDIA's names.

python tests/golden/radio_adaptors.py OUT

Values are functions of the names that a file has (see parity.py), so only names, shapes and results are kept. The heads are
made here of PyTorch's and timm's layers, by what is said of them in NVIDIA's model cards and files.
"""

import json
import sys

import parity
import torch
from safetensors.torch import save_file
from timm.models.vision_transformer import Block
from torch import nn
from torch.nn import functional as F

WIDTH = 32


def step(before, after):
    return nn.Sequential(nn.LayerNorm(before), nn.GELU(), nn.Linear(before, after))


class Residual(nn.Module):
    """The second version."""

    def __init__(self, hidden, out, inner, pre_norm=False):
        super().__init__()
        if pre_norm:
            self.pre_norm = nn.Sequential(nn.LayerNorm(WIDTH), nn.GELU())
        self.fc1 = nn.Linear(WIDTH, hidden)
        self.blocks = nn.ModuleList([step(hidden, hidden) for _ in range(inner)])
        self.final = step(hidden, out)

    def forward(self, x):
        x = self.fc1(self.pre_norm(x) if hasattr(self, "pre_norm") else x)
        for block in self.blocks:
            x = x + block(x)
        return self.final(x)


class Plain(nn.Module):
    """The first version."""

    def __init__(self, hidden, out, inner):
        super().__init__()
        self.fc1 = nn.Linear(WIDTH, hidden)
        self.norm = nn.LayerNorm(hidden)
        layers = [[nn.Linear(hidden, hidden), nn.LayerNorm(hidden), nn.ReLU()] for _ in range(inner)]
        self.inner = nn.Sequential(*[layer for three in layers for layer in three])
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(self.inner(F.relu(self.norm(self.fc1(x)))))


class Attentive(nn.Module):
    """Two blocks of a vision transformer before the second version."""

    def __init__(self, hidden, out):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(WIDTH, num_heads=16, init_values=1e-5) for _ in range(2)])
        self.mlp = Residual(hidden, out, 0)

    def forward(self, x):
        return self.mlp(self.blocks(x))


@torch.no_grad()
def record(prefixes, summary, patches):
    """What both heads make of the same tokens."""
    named = nn.ModuleDict({"summary": summary, "patches": patches}).eval()
    state = {}
    for part, prefix in prefixes.items():
        for name, value in named[part].state_dict().items():
            state[f"{prefix}.{name}"] = value

    class Named:
        def state_dict(self):
            return state

    parity.fill(Named())
    tokens = parity.uniform("tokens", [2, 6, WIDTH])
    results = {"summary": summary(tokens[:, 0]), "patches": patches(tokens)}
    facts = {"state": [f"{name} {list(value.shape)}" for name, value in state.items()], "size": 0}
    return {key: value.contiguous() for key, value in results.items()}, facts


def of_hub(teacher):
    return {part: f"radio_model.adaptors.{teacher}.{name}" for part, name in
            {"summary": "head_mlp", "patches": "feat_mlp"}.items()}  # fmt: skip


def of_training(teacher):
    return {"summary": f"_heads.{teacher}", "patches": f"_feature_projections.{teacher}"}


records = {
    "siglip2-g": record(of_hub("siglip2-g"), Residual(20, 12, 2), Attentive(20, 12)),
    "dino_v2": record(of_hub("dino_v2"), Residual(20, 10, 1, pre_norm=True), Residual(24, 10, 0)),
    "clip": record(of_hub("clip"), Plain(16, 8, 0), Plain(16, 9, 2)),
    "sam": record(of_training("sam"), Residual(20, 7, 1), Residual(20, 7, 1)),
}
tensors = {f"{name}/{key}": value for name, (values, _) in records.items() for key, value in values.items()}
save_file(tensors, sys.argv[1], metadata={name: json.dumps(facts) for name, (_, facts) in records.items()})
