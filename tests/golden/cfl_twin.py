"""50 steps of CFL in plain PyTorch, for tests/distill/cfl_twin_test.ts and mmd_test.ts.

    python tests/golden/cfl_twin.py

Writes the weights and images it starts from and the losses it gets. The test starts from the same
and must get the same losses. A few values of the discrepancy by itself are written, too.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from small_nets import state
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(1)
STEPS, BATCHES, BATCH, CLASSES = 50, 6, 16, 5
STUDENT, COMMON = 64, 16
SIGMAS = [0.001, 0.01, 0.05, 0.1, 0.2, 1, 2]


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Linear(36, width)
        self.head = nn.Linear(width, CLASSES)

    def features(self, x):
        return torch.tanh(self.body(x.flatten(1)))


def two_layers(before, between, after):
    return nn.Sequential(nn.Linear(before, between), nn.ReLU(), nn.Linear(between, after))


def mmd(a, b):
    """By the definition: every pair of rows by itself, in float64."""
    a, b = F.normalize(a.double(), dim=1), F.normalize(b.double(), dim=1)

    def mean_kernel(x, y):
        squares = ((x[:, None] - y[None]) ** 2).sum(2)
        return sum((-squares / (2 * sigma**2)).exp() for sigma in SIGMAS).mean()

    return (mean_kernel(a, a) + mean_kernel(b, b) - 2 * mean_kernel(a, b)).clamp(min=0).float()


widths = [10, 14, 10, 20, 14]  # those of one width are one product in the test
predictive = [True, True, False, False, True]
student = Net(STUDENT)
teachers = [Net(width).requires_grad_(False) for width in widths]
for teacher in teachers:
    teacher.body.weight.mul_(2)
    teacher.head.weight.mul_(4)
adapters = nn.ModuleList(nn.Linear(width, COMMON) for width in widths)
adapter = nn.Linear(STUDENT, COMMON)
extractor = two_layers(COMMON, COMMON, COMMON)
decoders = nn.ModuleList(two_layers(COMMON, max(COMMON, width), width) for width in widths)
for module in [adapters, adapter, extractor]:  # so that codes lie apart
    for p in module.parameters():
        p.data.mul_(3) if p.dim() == 2 else p.data.zero_()
images = torch.randn(BATCHES, BATCH, 1, 6, 6)

start = {"images": images.clone()}
own = {
    "student": student,
    "adapters": adapters,
    "adapter": adapter,
    "extractor": extractor,
    "decoders": decoders,
}
for name, module in own.items():
    start |= state(name, module)
for i, teacher in enumerate(teachers):
    start |= state(f"teachers.{i}", teacher)

params = [p for module in own.values() for p in module.parameters()]
optimizer = torch.optim.Adam(params, lr=1e-3, weight_decay=1e-4)
losses, terms = [], []
for step in range(STEPS):
    x = images[step % BATCHES]
    original = [teacher.features(x) for teacher in teachers]
    features = student.features(x)
    h_s = extractor(F.relu(adapter(features)))
    h = [extractor(F.relu(adapt(f))) for adapt, f in zip(adapters, original)]
    l_mmd = sum(mmd(h_s, h_i) for h_i in h)
    decoded = [decoder(h_i) for decoder, h_i in zip(decoders, h)]
    l_rec = sum(((d - f) ** 2).mean() for d, f in zip(decoded, original))
    logits = [t.head(f) for t, f, p in zip(teachers, original, predictive) if p]
    mean = torch.stack(logits).softmax(2).mean(0)
    log_p = student.head(features).log_softmax(1)
    l_kd = (mean * (mean.log() - log_p)).sum(1).mean()

    loss = l_kd + 10 * l_mmd + 10 * l_rec
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.detach())
    terms.append(torch.stack([l_kd, l_mmd, l_rec]).detach())

a, b = torch.randn(7, 5), torch.randn(3, 7, 5) * 2 + 0.5
alone = {"a": a, "b": b, "mmd": torch.stack([mmd(a, part) for part in b])}
result = {"losses": torch.stack(losses), "terms": torch.stack(terms)}
save_file(start | alone | result, Path(__file__).parent / "cfl.safetensors")
print(result["losses"][[0, 9, 24, 49]].tolist(), result["terms"][[0, 49]].tolist())
