"""Writes optim.json: what PyTorch's optimizers, schedules and clipping compute, to compare ours with.

Run with PyTorch installed: python tests/golden/optim.py
"""

import json
import pathlib

import torch
from torch import optim
from torch.optim import lr_scheduler as schedules

STEPS = 15


def start():
    """Three parameters; the third has a gradient from step 4 on, and not at step 8."""
    shapes = [(3, 4), (5,), (2, 2)]
    return [
        torch.sin(torch.arange(1, torch.Size(s).numel() + 1, dtype=torch.float32) * (i + 1)).reshape(s).requires_grad_()
        for i, s in enumerate(shapes)
    ]


def loss_of(params, step):
    """A loss whose gradients change from step to step."""
    used = params if step >= 4 and step != 8 else params[:2]
    return sum((p.cos() * (step + i + 1) * 0.1 + p * p * 0.5).sum() for i, p in enumerate(used))


def optimizer_case(make):
    params = start()
    opt = make(params)
    seen = []
    for step in range(STEPS):
        opt.zero_grad()
        loss_of(params, step).backward()
        opt.step()
        if step in (0, 4, STEPS - 1):
            seen.append([p.detach().flatten().double().tolist() for p in params])
    return seen


# Without foreach and fused: PyTorch's plain loop over parameters is the independent truth.
slow = {"foreach": False}
optimizers = {
    "SGD": lambda p: optim.SGD(p, lr=0.1, **slow),
    "SGD momentum": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, **slow),
    "SGD dampening": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, dampening=0.3, weight_decay=0.01, **slow),
    "SGD nesterov": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01, **slow),
    "SGD maximize": lambda p: optim.SGD(p, lr=0.001, momentum=0.5, maximize=True, **slow),
    "SGD groups": lambda p: optim.SGD(
        [{"params": p[:1], "lr": 0.01}, {"params": p[1:], "weight_decay": 0.1}], lr=0.05, momentum=0.9, **slow
    ),
    "Adam": lambda p: optim.Adam(p, lr=0.02, **slow),
    "Adam decay": lambda p: optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1, **slow),
    "Adam amsgrad": lambda p: optim.Adam(p, lr=0.02, amsgrad=True, **slow),
    "AdamW": lambda p: optim.AdamW(p, lr=0.02, **slow),
    "AdamW groups": lambda p: optim.AdamW(
        [{"params": p[:2], "weight_decay": 0.2}, {"params": p[2:], "lr": 0.1, "betas": (0.5, 0.9)}],
        lr=0.02,
        amsgrad=True,
        **slow,
    ),
}


def schedule_case(make, steps, momentum=False):
    params = [torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)]
    opt = optim.SGD([{"params": params[:1], "lr": 0.3}, {"params": params[1:]}], lr=0.1, momentum=0.9)
    schedule = make(opt)
    seen = []
    for _ in range(steps):
        group = opt.param_groups
        seen.append([g["lr"] for g in group] + ([group[0]["momentum"]] if momentum else []))
        opt.step()
        schedule.step()
    return seen


def warm(opt, steps):
    return schedules.LinearLR(opt, start_factor=0.1, end_factor=1.0, total_iters=steps)


rates = {
    "StepLR": (lambda o: schedules.StepLR(o, 3, gamma=0.5), 12),
    "MultiStepLR": (lambda o: schedules.MultiStepLR(o, [2, 5, 6], gamma=0.3), 10),
    "ExponentialLR": (lambda o: schedules.ExponentialLR(o, 0.9), 10),
    "LinearWarmup": (lambda o: warm(o, 4), 8),
    "CosineAnnealing": (lambda o: schedules.CosineAnnealingLR(o, 20, eta_min=0.01), 21),
    "CosineAnnealing warm": (
        lambda o: schedules.SequentialLR(o, [warm(o, 5), schedules.CosineAnnealingLR(o, 15)], [5]),
        21,
    ),
    "OneCycle": (lambda o: schedules.OneCycleLR(o, 0.4, total_steps=20, cycle_momentum=False), 20),
    "OneCycle linear": (
        lambda o: schedules.OneCycleLR(
            o, [0.4, 0.2], total_steps=17, pct_start=0.4, anneal_strategy="linear", div_factor=10, final_div_factor=100
        ),
        17,
        True,
    ),
    "OneCycle three phases": (
        lambda o: schedules.OneCycleLR(o, 0.4, total_steps=25, pct_start=0.3, three_phase=True),
        25,
        True,
    ),
    "SequentialSchedule": (
        lambda o: schedules.SequentialLR(
            o, [warm(o, 3), schedules.StepLR(o, 2, 0.5), schedules.ExponentialLR(o, 0.8)], [3, 8]
        ),
        14,
    ),
}


def clip_case(clip):
    params = start()
    loss_of(params, 5).backward()
    result = clip(params)
    return {
        "norm": None if result is None else result.item(),
        "grads": [p.grad.flatten().double().tolist() for p in params],
    }


clips = {
    "norm": lambda p: torch.nn.utils.clip_grad_norm_(p, 1.5),
    "norm not reached": lambda p: torch.nn.utils.clip_grad_norm_(p, 1000.0),
    "norm infinity": lambda p: torch.nn.utils.clip_grad_norm_(p, 0.5, norm_type=float("inf")),
    "norm 1": lambda p: torch.nn.utils.clip_grad_norm_(p, 2.0, norm_type=1.0),
    "value": lambda p: torch.nn.utils.clip_grad_value_(p, 0.25),
}

golden = {
    "torch": torch.__version__.split("+")[0],
    "optimizers": {name: optimizer_case(make) for name, make in optimizers.items()},
    "schedules": {name: schedule_case(*case) for name, case in rates.items()},
    "clips": {name: clip_case(clip) for name, clip in clips.items()},
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, "bytes")
