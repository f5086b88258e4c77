"""Writes comforts.json: averages of weights, gathered gradients, mixed precision, scaled gradients and warmed-up rates.

Run with PyTorch installed: python tests/golden/comforts.py
"""

import json
import math
import pathlib

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler as s
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


def values(shape, place):
    """Numbers that the tests make too."""
    count = math.prod(shape)
    return torch.tensor([0.5 * math.sin(1.3 * place + 0.31 * i) for i in range(count)]).reshape(shape)


def fill(model):
    with torch.no_grad():
        for place, parameter in enumerate(model.parameters()):
            parameter.copy_(values(parameter.shape, place))
    return model


def averages(decay, use_buffers):
    model = fill(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=use_buffers)
    seen = []
    for step in range(5):
        optimizer.zero_grad()
        model(values((6, 3), 10 + step)).pow(2).mean().backward()
        optimizer.step()
        ema.update_parameters(model)
        state = ema.module.state_dict()
        seen.append({k: v.flatten().tolist() for k, v in state.items() if v.is_floating_point()})
    return seen


def gradients(first, last):
    model = fill(nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)))
    images, labels = values((11, 4), 20), torch.arange(11) % 3
    F.cross_entropy(model(images[first:last]), labels[first:last]).backward()
    return [p.grad.flatten().tolist() for p in model.parameters()]


def mixed(dtype):
    model = fill(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 3)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    images, labels = 2 * values((8, 1, 6, 6), 30), torch.arange(8) % 3
    losses, grads = [], None
    for _ in range(4):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=dtype):
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
        loss.backward()
        grads = grads or [p.grad.flatten().tolist() for p in model.parameters()]
        optimizer.step()
        losses.append(loss.item())
    return {
        "dtypes": [str(logits.dtype), str(loss.dtype)],
        "losses": losses,
        "grads": grads,
        "params": [p.flatten().tolist() for p in model.parameters()],
    }


FACTORS = [1, 2, math.inf, 1, -1, math.nan, 3, 1, 1, 1]


def scaled(init_scale, interval):
    parameter = nn.Parameter(torch.tensor([1.0, -2.0]))
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=init_scale, growth_interval=interval, growth_factor=3.0)
    seen = []
    for step, factor in enumerate(FACTORS):
        optimizer.zero_grad()
        loss = (parameter * factor).sum()
        scaled_loss = scaler.scale(loss)
        scaled_loss.backward()
        if step % 2:
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_([parameter], 1.0)
        scaler.step(optimizer)
        scaler.update()
        state = scaler.state_dict()
        seen.append([state["scale"], state["_growth_tracker"], *parameter.tolist()])
    return seen


def warmed(warmup, total, rates, start):
    optimizer = torch.optim.SGD([{"params": [nn.Parameter(torch.zeros(1))], "lr": rate} for rate in rates])
    schedule = s.SequentialLR(
        optimizer,
        [s.LinearLR(optimizer, start, 1.0, warmup), s.CosineAnnealingLR(optimizer, total - warmup)],
        [warmup],
    )
    seen = []
    for _ in range(total):
        seen.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        schedule.step()
    return seen


golden = {
    "torch": torch.__version__.split("+")[0],
    "averages": {"copied": averages(0.8, False), "averaged": averages(0.8, True)},
    "gradients": {f"{a},{b}": gradients(a, b) for a, b in [(0, 11), (0, 6), (6, 11)]},
    "bfloat16": mixed(torch.bfloat16),
    "scaled": {"65536,2": scaled(65536.0, 2), "3e38,1": scaled(3e38, 1)},
    "factors": [str(f) for f in FACTORS],
    "warmed": {"by step": warmed(12, 40, [0.3, 0.02], 0.1), "by epoch": warmed(3, 10, [0.3, 0.02], 0.1)},
}
short = json.loads(json.dumps(golden), parse_float=lambda text: float(f"{float(text):.9g}"))
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(short, separators=(",", ":"), allow_nan=False) + "\n")
print(path, path.stat().st_size, "bytes")
