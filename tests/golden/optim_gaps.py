"""Writes optim_gaps.json: PyTorch's optimizers where gradients come and go, with groups, options that change, and
parameters that join later.

Run with PyTorch installed: python tests/golden/optim_gaps.py
"""

import json
import math
import pathlib
import random

import torch

STEPS = 24
SEEN = (0, 1, 2, 7, 15, STEPS - 1)
SHAPES = [[2, 3], [4], [], [0], [1, 2, 2], [5]]


def values(place, step, count):
    """What gradients are made of; step -1 gives the parameters' first values."""
    return [0.5 * math.sin(0.7 * step + 1.3 * place + 0.31 * i) for i in range(count)]


def tensor(place, step, dtype):
    shape = SHAPES[place]
    return torch.tensor(values(place, step, math.prod(shape)), dtype=torch.float64).reshape(shape).to(dtype)


def snake(options):
    names = {
        "weightDecay": "weight_decay",
        "decoupledWeightDecay": "decoupled_weight_decay",
    }
    return {names.get(key, key): value for key, value in options.items()}


def case(kind, options, groups, seed, dtypes=None, joins=None, changes=None):
    """`groups`: lists of places with options. `joins`: step -> group. `changes`: step -> {group: {option: value}}."""
    random_numbers = random.Random(seed)
    dtypes = dtypes or ["float32"] * len(SHAPES)
    params = [tensor(place, -1, getattr(torch, dtypes[place])).requires_grad_() for place in range(len(SHAPES))]
    group = lambda g: {"params": [params[place] for place in g["places"]], **snake(g["options"])}
    # PyTorch's plain loop over parameters is the independent truth.
    optimizer = getattr(torch.optim, kind)([group(g) for g in groups], foreach=False, **snake(options))
    masks, seen = [], {}
    for step in range(STEPS):
        if str(step) in (joins or {}):
            optimizer.add_param_group(group(joins[str(step)]))
        for place, changed in (changes or {}).get(str(step), {}).items():
            optimizer.param_groups[int(place)].update(snake(changed))
        # At first one parameter lags by one step, then anything.
        mask = [int(random_numbers.random() < 0.6) for _ in params] if step > 1 else [step, 1, 1, 1, 1 - step, 1]
        for place, param in enumerate(params):
            param.grad = tensor(place, step, param.dtype) if mask[place] else None
        optimizer.step()
        masks.append("".join(map(str, mask)))
        if step in SEEN:
            seen[str(step)] = [p.detach().double().flatten().tolist() for p in params]
    return {
        "kind": kind,
        "options": options,
        "groups": groups,
        "dtypes": dtypes,
        "joins": joins or {},
        "changes": changes or {},
        "masks": masks,
        "seen": seen,
    }


ALL = [{"places": [0, 1, 2, 3, 4, 5], "options": {}}]


def two(first, second):
    return [{"places": [0, 1, 3], "options": first}, {"places": [2, 4, 5], "options": second}]


MIXED = ["float32", "float64", "float32", "float64", "float64", "float32"]
HALVES = ["bfloat16", "float32", "float16", "bfloat16", "float16", "bfloat16"]
LATER = {"6": {"places": [4, 5], "options": {"lr": 0.02}}}
FIRST = [{"places": [0, 1, 2, 3], "options": {}}]
RATES = {"3": {"0": {"lr": 0.003}}, "9": {"0": {"lr": 0.2}}}

cases = {
    "SGD": case("SGD", {"lr": 0.1}, ALL, 1),
    "SGD momentum": case("SGD", {"lr": 0.05, "momentum": 0.9}, ALL, 2, changes=RATES),
    "SGD dampening, decay": case(
        "SGD", {"lr": 0.05, "momentum": 0.8, "dampening": 0.4, "weightDecay": 0.1}, ALL, 3, joins=None
    ),
    "SGD nesterov, maximize, later parameters": case(
        "SGD",
        {"lr": 0.05, "momentum": 0.9, "nesterov": True, "maximize": True, "weightDecay": 0.01},
        FIRST,
        4,
        joins=LATER,
    ),
    "SGD groups, mixed dtypes": case(
        "SGD", {"lr": 0.05}, two({"momentum": 0.9}, {"weightDecay": 0.2}), 5, dtypes=MIXED
    ),
    "SGD momentum from step 5 on": case(
        "SGD", {"lr": 0.05, "dampening": 0.5}, ALL, 6, changes={"5": {"0": {"momentum": 0.9}}}
    ),
    "SGD halves": case("SGD", {"lr": 0.05, "momentum": 0.9}, ALL, 7, dtypes=HALVES),
    "Adam": case("Adam", {"lr": 0.05}, ALL, 8, changes=RATES),
    "Adam amsgrad, maximize, decay": case(
        "Adam", {"lr": 0.05, "amsgrad": True, "maximize": True, "weightDecay": 0.1}, ALL, 9
    ),
    "Adam decoupled decay": case(
        "Adam",
        {"lr": 0.05, "weightDecay": 0.1},
        two({"decoupledWeightDecay": True}, {"betas": [0.5, 0.9], "eps": 1e-3}),
        10,
        dtypes=MIXED,
    ),
    "Adam later parameters": case("Adam", {"lr": 0.05, "betas": [0.0, 0.99]}, FIRST, 11, joins=LATER),
    "Adam halves": case("Adam", {"lr": 0.05}, ALL, 12, dtypes=HALVES),
    "AdamW": case("AdamW", {"lr": 0.05, "weightDecay": 0.3}, ALL, 13),
    "AdamW groups, amsgrad": case(
        "AdamW",
        {"lr": 0.05},
        two({"amsgrad": True, "weightDecay": 0}, {"lr": 0.01, "maximize": True, "eps": 1e-2}),
        14,
        changes={"4": {"0": {"weightDecay": 0.5}, "1": {"betas": [0.7, 0.8]}}},
    ),
}
golden = {"torch": torch.__version__.split("+")[0], "shapes": SHAPES, "steps": STEPS, "cases": cases}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, "bytes")
