"""Writes torch_random.json: PyTorch's random numbers by seed, and what its creation functions make.

    python tests/golden/torch_random.py
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F


def seeded(make):
    torch.manual_seed(7)
    return make().tolist()


def generator():
    return torch.Generator().manual_seed(11)


def after_others():
    torch.rand(3)
    torch.randperm(5)
    return torch.randn(2)


random = {
    "randn": seeded(lambda: torch.randn(2, 3)),
    "randnLong": seeded(lambda: torch.randn(20)),
    "randnDouble": seeded(lambda: torch.randn(3, dtype=torch.float64)),
    "randnHalf": seeded(lambda: torch.randn(3, dtype=torch.float16)),
    "rand": seeded(lambda: torch.rand(2, 3)),
    "randint": seeded(lambda: torch.randint(10, (8,))),
    "randintLow": seeded(lambda: torch.randint(-5, 5, (8,))),
    "randperm": seeded(lambda: torch.randperm(10)),
    "normal": seeded(lambda: torch.normal(2.0, 0.5, (4,))),
    "dropout": seeded(lambda: F.dropout(torch.ones(12), 0.4)),
    "featureDropout": seeded(lambda: F.dropout2d(torch.ones(2, 3, 1, 1), 0.5)),
    "bernoulli": seeded(lambda: torch.full((8,), 0.3).bernoulli()),
    "bernoulliP": seeded(lambda: torch.zeros(8).bernoulli(0.6)),
    "multinomial": seeded(lambda: torch.tensor([0.1, 0.2, 0.7]).multinomial(6, True)),
    "uniform_": seeded(lambda: torch.empty(4).uniform_(-2, 3)),
    "normal_": seeded(lambda: torch.empty(4).normal_(1, 2)),
    "random_": seeded(lambda: torch.empty(4, dtype=torch.int64).random_(100)),
    "exponential_": seeded(lambda: torch.empty(4).exponential_(2)),
    "randLike": seeded(lambda: torch.rand_like(torch.zeros(2, 2))),
    "randintLike": seeded(lambda: torch.randint_like(torch.zeros(4), 3, 9)),
    "poisson": seeded(lambda: torch.poisson(torch.tensor([1.0, 5.0, 20.0]))),
    "afterOthers": seeded(after_others),
    "generatorRandn": torch.randn(4, generator=generator()).tolist(),
    "generatorRand": torch.rand(4, generator=generator()).tolist(),
    "generatorRandint": torch.randint(3, 30, (4,), generator=generator()).tolist(),
    "generatorRandperm": torch.randperm(6, generator=generator()).tolist(),
    "generatorNormal_": torch.empty(4).normal_(generator=generator()).tolist(),
}
created = {
    "arange": torch.arange(5).tolist(),
    "arangeStep": torch.arange(1, 2, 0.3).tolist(),
    "arangeDown": torch.arange(5, 1, -2).tolist(),
    "linspace": torch.linspace(-1, 2, 7).tolist(),
    "logspace": torch.logspace(0, 2, 5).tolist(),
    "logspaceTwo": torch.logspace(0, 4, 5, base=2).tolist(),
    "eye": torch.eye(3).tolist(),
    "eyeWide": torch.eye(2, 3).tolist(),
    "full": torch.full((2, 2), 1.5).tolist(),
    "trilIndices": torch.tril_indices(3, 3, -1).tolist(),
    "vander": torch.vander(torch.tensor([1.0, 2.0, 3.0])).tolist(),
}
path = Path(__file__).parent / "torch_random.json"
path.write_text(json.dumps({"random": random, "created": created}, indent=1) + "\n")
