"""Writes safe_loader/: files whose values torch.load(weights_only=True) takes, for tests/checkpoints/safe_loader_test.ts.

    python tests/golden/safe_loader.py
"""

import collections
import warnings
from pathlib import Path

import torch
from torch import nn

warnings.filterwarnings("ignore")
folder = Path(__file__).parent / "safe_loader"
folder.mkdir(exist_ok=True)


def save(name, value, **options):
    torch.save(value, folder / f"{name}.pth", **options)
    torch.load(folder / f"{name}.pth", weights_only=True)


model = nn.Linear(2, 1)
with torch.no_grad():
    model.weight.copy_(torch.tensor([[1.0, 2.0]]))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
lr = torch.optim.lr_scheduler
schedules = {
    "multistep": lr.MultiStepLR(optimizer, [1, 2, 2]),
    "sequential": lr.SequentialLR(optimizer, [lr.ConstantLR(optimizer), lr.ExponentialLR(optimizer, 0.9)], [2]),
    "chained": lr.ChainedScheduler([lr.ConstantLR(optimizer), lr.ExponentialLR(optimizer, 0.9)]),
    "cosine": lr.CosineAnnealingWarmRestarts(optimizer, 3),
    "plateau": lr.ReduceLROnPlateau(optimizer),
    "cyclic": lr.CyclicLR(optimizer, 0.1, 1),
    "one": lr.OneCycleLR(optimizer, 1.0, 10),
    "lambda": lr.LambdaLR(optimizer, lambda epoch: 1),
    "multiplicative": lr.MultiplicativeLR(optimizer, lambda epoch: 1),
}
states = {name: schedule.state_dict() for name, schedule in schedules.items()}
# A method of Python lies in the state of CyclicLR, which the safe loader does not take either.
states["cyclic"] = {k: v for k, v in states["cyclic"].items() if not callable(v) and k != "_scale_fn_ref"}
states["one"] = {k: v for k, v in states["one"].items() if not callable(v)}
everything = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, **states}
save("schedules", everything)
save("schedules_legacy", everything, _use_new_zipfile_serialization=False)

plain = {
    "w": torch.ones(2),
    "counter": collections.Counter("aab"),
    "counter_empty": collections.Counter(),
    "complex": 1 + 2j,
    "set": {1, 2},
    "bytes": b"\x00\xff",
    "bytearray": bytearray(b"\x01\xfe"),
    "size": torch.Size([2, 3]),
    "device": torch.device("cuda:1"),
    "dtypes": [torch.float8_e8m0fnu, torch.uint64, torch.int4, torch.uint1, torch.bits8, torch.qint8, torch.complex32],
    "layout": torch.sparse_csr,
    "schemes": [torch.per_tensor_affine, torch.per_channel_symmetric],
    "ordered": collections.OrderedDict(a=1),
    "large": 2**70,
    "parameter": nn.Parameter(torch.tensor([3.0])),
}
save("plain", plain)
save("plain_legacy", plain, _use_new_zipfile_serialization=False)

attributes = torch.tensor([4.0])
attributes.note = "an attribute"
unreadable = {
    "w": torch.ones(2),
    "sparse": torch.eye(2).to_sparse(),
    "csr": torch.eye(2).to_sparse_csr(),
    "quantized": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
    "per_channel": torch.quantize_per_channel(
        torch.ones(2, 2), torch.tensor([0.1, 0.2]), torch.tensor([0, 0]), 0, torch.quint8
    ),
    "nested": torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
    "meta": torch.empty(2, device="meta"),
    "conjugate": torch.tensor([1 + 2j]).conj(),
    "negative": torch.tensor([1 + 2j]).conj().imag,
    "four": torch.zeros(2, dtype=torch.uint8).view(torch.float4_e2m1fn_x2),
    "attributes": attributes,
}
save("unreadable", unreadable)
