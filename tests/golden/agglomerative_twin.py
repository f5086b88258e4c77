"""50 steps of agglomerative distillation in plain PyTorch, for tests/distill/agglomerative_twin_test.ts.

    python tests/golden/agglomerative_twin.py

Writes the weights and images it starts from and the losses it gets. The test starts from the same,
seeds the generator by the step as here, and must get the same losses.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from small_nets import state
from torch import nn

torch.manual_seed(2)
torch.set_num_threads(1)
STEPS, BATCHES, BATCH, CLASSES = 50, 4, 16, 5
STUDENT, HIDDEN, TEMPERATURE = 12, 16, 2.0
COSINE, SMOOTH_L1, DROPPING = 0.9, 0.1, 0.5


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, STUDENT, 3, padding=1)
        self.head = nn.Linear(STUDENT, CLASSES)

    def maps(self, x):
        return F.gelu(F.max_pool2d(self.conv(x), 2))  # 3 x 3 places


class Teacher(nn.Module):
    """With `grid`, its last map has as many places to a side."""

    def __init__(self, width, grid=None):
        super().__init__()
        self.grid = grid
        self.conv = nn.Conv2d(1, width, 3, padding=1)
        self.head = nn.Linear(width, CLASSES)

    def maps(self, x):
        maps = torch.tanh(self.conv(x))
        return maps if self.grid is None else F.adaptive_avg_pool2d(maps, self.grid)


def make_head(width):
    return nn.Sequential(
        nn.LayerNorm(STUDENT), nn.Linear(STUDENT, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, width)
    )


def standardize(rows, mean, var):
    return (rows - mean) / (var + 1e-5).sqrt()


def match(predicted, target):
    cosine = 1 - F.cosine_similarity(predicted, target, dim=-1)
    return COSINE * cosine + SMOOTH_L1 * F.smooth_l1_loss(predicted, target, reduction="none").mean(-1)


def run(with_patches):
    widths, grids = [10, 14, 10, 9], [2, 5, None, None]
    predictive = [True, False, True, False]
    student = Student()
    teachers = [Teacher(w, g).requires_grad_(False) for w, g in zip(widths, grids)]
    for teacher in teachers:
        teacher.head.weight.mul_(4)
    heads = nn.ModuleList(make_head(width) for width in widths)
    patched = [i for i, grid in enumerate(grids) if grid is not None and with_patches]
    patch_heads = nn.ModuleList(make_head(widths[i]) for i in patched)
    images = torch.randn(BATCHES, BATCH, 1, 6, 6)
    labels = torch.randint(CLASSES, (BATCHES, BATCH // 2))
    order = [0, 2, 1, 3]  # who the rows of random numbers are for: those of one width come together

    start = {"images": images.clone(), "labels": labels}
    own = {"student": student, "heads": heads, "patchHeads": patch_heads}
    for name, module in own.items():
        start |= state(name, module)
    for i, teacher in enumerate(teachers):
        start |= state(f"teachers.{i}", teacher)

    params = [p for module in own.values() for p in module.parameters()]
    optimizer = torch.optim.AdamW(params, lr=2e-3)
    losses, terms = [], []
    for step in range(STEPS):
        x = images[step % BATCHES]
        maps = student.maps(x)
        features = maps.mean((2, 3))
        said = [teacher.maps(x) for teacher in teachers]
        pooled = [m.mean((2, 3)) for m in said]
        each = []
        for i, head in enumerate(heads):
            target = standardize(pooled[i], pooled[i].mean(0), pooled[i].var(0, correction=0))
            own_loss = match(head(features), target)
            if i in patched:
                grid = grids[i]
                resized = F.interpolate(
                    maps, (grid, grid), mode="bilinear", antialias=grid < maps.shape[2]
                )
                rows = said[i].permute(0, 2, 3, 1)
                flat = rows.reshape(-1, rows.shape[-1])
                aim = standardize(rows, flat.mean(0), flat.var(0, correction=0))
                predicted = patch_heads[patched.index(i)](resized.permute(0, 2, 3, 1))
                own_loss = (own_loss + match(predicted, aim).mean((1, 2))) / 2
            each.append(own_loss)
        each = torch.stack(each)
        weights = torch.ones_like(each)
        torch.manual_seed(step)
        draws = torch.rand(len(widths), BATCH)[[order.index(i) for i in range(len(widths))]]
        for image in range(BATCH):
            worst = max(range(len(widths)), key=lambda i: each[i, image].item())
            for i in range(len(widths)):
                if i != worst and draws[i, image] < DROPPING:
                    weights[i, image] = 0
        l_feature = (weights / weights.sum() * each).sum()

        z = student.head(features)
        logits = [t.head(f) for t, f, p in zip(teachers, pooled, predictive) if p]
        mean = (torch.stack(logits) / TEMPERATURE).softmax(2).mean(0)
        log_p = (z / TEMPERATURE).log_softmax(1)
        l_kd = (mean * (mean.log() - log_p)).sum(1).mean() * TEMPERATURE**2
        l_labelled = F.cross_entropy(z[: BATCH // 2], labels[step % BATCHES])

        loss = l_feature + 0.5 * l_kd + 2 * l_labelled
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        terms.append(torch.stack([l_feature, l_kd, l_labelled]).detach())
    result = {"losses": torch.stack(losses), "terms": torch.stack(terms)}
    print(result["losses"][[0, 9, 24, 49]].tolist(), result["terms"][[0, 49]].tolist())
    return start | result


for name, with_patches in [("pooled", False), ("patches", True)]:
    path = Path(__file__).parent / f"agglomerative_{name}.safetensors"
    save_file(run(with_patches), path)
