"""Writes schedules.json: the rates (and momenta) that PyTorch's schedules set over many steps, for several groups.

Run with PyTorch installed: python tests/golden/schedules.py
"""

import json
import math
import pathlib

import torch
from torch.optim import lr_scheduler as s

STEPS = 50
RATES = [0.3, 0.1, 0.02]


def optimizer(kind):
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": rate} for rate in RATES]
    return torch.optim.SGD(groups, momentum=0.9) if kind == "SGD" else torch.optim.Adam(groups)


def play(make, kind="SGD"):
    opt = optimizer(kind)
    schedule = make(opt)
    seen = []
    for _ in range(STEPS):
        momenta = [g["momentum"] if kind == "SGD" else g["betas"][0] for g in opt.param_groups]
        seen.append([[g["lr"] for g in opt.param_groups], momenta[0]])
        opt.step()
        schedule.step()
    return seen


def warm_and_exponential(o):
    return s.ChainedScheduler([s.ConstantLR(o, 0.1, 4), s.ExponentialLR(o, 0.9)], optimizer=o)


cases = {
    "ConstantLR": lambda o: s.ConstantLR(o),
    "ConstantLR 0.5, 7": lambda o: s.ConstantLR(o, 0.5, 7),
    "LinearLR": lambda o: s.LinearLR(o),
    "LinearLR down": lambda o: s.LinearLR(o, 1.0, 0.1, 30),
    "PolynomialLR": lambda o: s.PolynomialLR(o),
    "PolynomialLR 40, 2.5": lambda o: s.PolynomialLR(o, 40, 2.5),
    "LambdaLR": lambda o: s.LambdaLR(o, lambda t: 1 / (1 + t)),
    "LambdaLR for each": lambda o: s.LambdaLR(o, [lambda t: 0.9**t, lambda t: 1, lambda t: t / 10]),
    "MultiplicativeLR": lambda o: s.MultiplicativeLR(o, lambda t: 1 - 0.5 / t),
    "CosineAnnealing past its end": lambda o: s.CosineAnnealingLR(o, 12, 0.01),
    "CosineAnnealingWarmRestarts": lambda o: s.CosineAnnealingWarmRestarts(o, 7),
    "CosineAnnealingWarmRestarts doubling": lambda o: s.CosineAnnealingWarmRestarts(o, 3, 2, 0.005),
    "CosineAnnealingWarmRestarts tripling": lambda o: s.CosineAnnealingWarmRestarts(o, 1, 3),
    "CyclicLR": lambda o: s.CyclicLR(o, 0.01, 0.2, 5),
    "CyclicLR triangular2": lambda o: s.CyclicLR(o, [0.01, 0.02, 0.03], [0.2, 0.1, 0.3], 4, 9, "triangular2"),
    "CyclicLR expRange": lambda o: s.CyclicLR(
        o, 0.01, 0.2, 6, mode="exp_range", gamma=0.95, base_momentum=0.7, max_momentum=0.95
    ),
    "CyclicLR by a function": lambda o: s.CyclicLR(
        o, 0.01, 0.2, 6, scale_fn=lambda t: 1 / (1 + t), scale_mode="iterations", cycle_momentum=False
    ),
    "ChainedScheduler": warm_and_exponential,
    "ChainedScheduler of many": lambda o: s.ChainedScheduler(
        [
            s.LinearLR(o, 0.2, 1.0, 6),
            s.StepLR(o, 10, 0.5),
            s.MultiStepLR(o, [3, 30], 0.8),
            s.MultiplicativeLR(o, lambda t: 0.99),
            s.PolynomialLR(o, 45, 0.5),
        ]
    ),
    "ChainedScheduler with a cosine": lambda o: s.ChainedScheduler(
        [s.CosineAnnealingLR(o, 60, 0.01), s.ExponentialLR(o, 0.97)]
    ),
    "ChainedScheduler with a cosine past its end": lambda o: s.ChainedScheduler(
        [s.CosineAnnealingLR(o, 20), s.ExponentialLR(o, 0.97)]
    ),
    "ChainedScheduler with closed ones": lambda o: s.ChainedScheduler(
        [s.ConstantLR(o, 0.5, 9), s.CosineAnnealingWarmRestarts(o, 8), s.ExponentialLR(o, 0.9)]
    ),
    "SequentialSchedule of new ones": lambda o: s.SequentialLR(
        o,
        [
            s.ConstantLR(o, 0.1, 5),
            s.PolynomialLR(o, 20, 2.0),
            s.CosineAnnealingWarmRestarts(o, 4, 2),
            s.CosineAnnealingLR(o, 6),
        ],
        [3, 12, 30],
    ),
    "SequentialSchedule with a product": lambda o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, 0.5, 8), s.MultiplicativeLR(o, lambda t: 0.95 - 0.01 * t)], [6]
    ),
}


def metrics():
    """Falls, stays, falls a little, rises; and stays for long."""
    return [round(1 / (1 + t) if t < 8 else 0.12 + 0.001 * math.sin(t) - 0.0001 * t, 6) for t in range(STEPS)]


def plateau(seen, **options):
    opt = optimizer("SGD")
    schedule = s.ReduceLROnPlateau(opt, **options)
    rates = []
    for metric in seen:
        schedule.step(metric)
        rates.append([g["lr"] for g in opt.param_groups])
    return rates


downward = metrics()
plateaus = {
    "{}": plateau(downward),
    '{"patience":2,"factor":0.5,"cooldown":3}': plateau(downward, patience=2, factor=0.5, cooldown=3),
    '{"patience":0,"factor":0.5,"minLr":[0.01,0.05,0]}': plateau(
        downward, patience=0, factor=0.5, min_lr=[0.01, 0.05, 0]
    ),
    '{"mode":"max","patience":1}': plateau(downward, mode="max", patience=1),
    '{"mode":"max","patience":3,"thresholdMode":"abs","threshold":0.05,"eps":0.001}': plateau(
        downward, mode="max", patience=3, threshold_mode="abs", threshold=0.05, eps=0.001
    ),
    '{"patience":2,"thresholdMode":"abs","threshold":0}': plateau(
        downward, patience=2, threshold_mode="abs", threshold=0
    ),
}
golden = {
    "torch": torch.__version__.split("+")[0],
    "rates": RATES,
    "cases": {name: play(make) for name, make in cases.items()},
    "adam": {"CyclicLR": play(cases["CyclicLR"], "Adam")},
    "metrics": downward,
    "plateaus": plateaus,
}
short = json.loads(json.dumps(golden), parse_float=lambda text: float(f"{float(text):.12g}"))
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(short, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, "bytes")
