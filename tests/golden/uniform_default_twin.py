"""50 steps of UNIFORM with nearly all of this package's defaults, and of CFL+, in plain PyTorch, for tests/distill/twins_test.ts.

    python tests/golden/uniform_default_twin.py

Features are standardized by statistics of all images and encoders aligned with the student; teachers are gone through one by
one. Other than by default, the student comes into a common space narrower than its features, through an MLP. Writes the weights
and images it starts from and the losses it gets.
"""

import copy
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from small_nets import CLASSES, Student, Teacher, state
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(1)
STEPS, BATCHES, BATCH, WIDTH = 50, 8, 16, 10
ALPHA1, ALPHA2, BETA1, BETA2, BETA3 = 1.0, 0.5, 0.1, 0.01, 0.4

widths = [10, 14, 10, 14, 9, 10]
predictive = [True, True, True, True, False, False]
student = Student()
teachers = [Teacher(width).requires_grad_(False) for width in widths]
for teacher in teachers:  # so that they disagree
    teacher.head.weight.mul_(4)
# The sizes of features differ a hundredfold: standardized they count alike.
for i, teacher in enumerate(teachers):
    teacher.body.weight.mul_(3.0 ** (i - 2))
encoders = nn.ModuleList(nn.Linear(width, WIDTH) for width in widths)
decoders = nn.ModuleList(nn.Linear(WIDTH, width) for width in widths)
projection = nn.Sequential(nn.Linear(12, 12), nn.ReLU(), nn.Linear(12, WIDTH))
images = torch.rand(BATCHES * BATCH, 1, 6, 6).mul(255).round().to(torch.uint8)

start = {"images": images.clone()}
named = [("student", student), ("encoders", encoders), ("decoders", decoders), ("projection", projection)]
for name, module in named:
    start |= state(name, module)
for i, teacher in enumerate(teachers):
    start |= state(f"teachers.{i}", teacher)

pixels = images.float() / 255
all_features = [teacher.features(pixels).double() for teacher in teachers]
means = [f.mean(0).float() for f in all_features]
scales = []
for f in all_features:
    variance = f.var(0, correction=0)
    least = 1e-6 * variance.mean()
    scales.append(variance.clamp(min=least).rsqrt().float())


def train(votes):
    modules = nn.ModuleList(copy.deepcopy(m) for _, m in named)
    student, encoders, decoders, projection = modules
    optimizer = torch.optim.SGD(modules.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    losses = []
    for step in range(STEPS):
        first = step % BATCHES * BATCH
        x = pixels[first : first + BATCH]
        raw = [teacher.features(x) for teacher in teachers]
        original = [(f - m) * s for f, m, s in zip(raw, means, scales)]
        codes = [encoder(f) for encoder, f in zip(encoders, original)]
        decoded = [decoder(h) for decoder, h in zip(decoders, codes)]
        l_rec = sum((d - f).norm(dim=1).mean() for d, f in zip(decoded, original)) / len(teachers)

        features = student.features(x)
        own = projection(features)
        l_align = sum(F.mse_loss(own, h) for h in codes) / len(teachers)
        stacked = torch.stack(codes)
        if votes:
            sign = torch.sign(torch.sign(stacked).sum(0))
            keep = (torch.sign(stacked) == sign) | (sign == 0)  # of a tie the mean of all
            target = (stacked * keep).sum(0) / keep.sum(0)
        else:
            target = stacked.mean(0)
        l_feature = F.mse_loss(own, target)

        logits = torch.stack([t.head(f) for t, f, p in zip(teachers, raw, predictive) if p])
        mean = logits.mean(0).softmax(1)
        alpha = torch.full_like(mean, ALPHA2 if votes else ALPHA1)
        if votes:
            count = F.one_hot(logits.argmax(2), CLASSES).sum(0)
            tied = count == count.max(dim=1, keepdim=True).values
            pseudo = torch.where(tied, mean, -torch.ones(())).argmax(1)
            alpha[torch.arange(BATCH), pseudo] = ALPHA1
        l_logit = -(alpha * mean * student.head(features).log_softmax(1)).sum(1).mean()

        loss = l_logit + BETA1 * l_feature + BETA2 * l_rec + BETA3 * l_align
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)


result = {"losses": train(True), "cfl_plus": train(False)}
save_file(start | result, Path(__file__).parent / "uniform_default.safetensors")
for name, losses in result.items():
    print(name, losses[[0, 9, 24, 49]].tolist())
