"""50 steps of UNIFORM in plain PyTorch, for tests/distill/twins_test.ts.

    python tests/golden/uniform_twin.py

Writes the weights and images it starts from and the losses it gets. The test starts from the same
and must get the same losses.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from small_nets import CLASSES, Student, Teacher, state
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
STEPS, BATCHES, BATCH = 50, 8, 16
ALPHA1, ALPHA2, BETA1, BETA2 = 1.0, 0.5, 1.0, 0.1

widths = [10, 14, 9, 20, 7]
predictive = [True, True, True, False, False]
student = Student()
teachers = [Teacher(width).requires_grad_(False) for width in widths]
for teacher in teachers:  # so that they disagree
    teacher.head.weight.mul_(4)
encoders = nn.ModuleList(
    nn.Sequential(nn.Linear(width, max(width, 12)), nn.ReLU(), nn.Linear(max(width, 12), 12))
    for width in widths
)
decoders = nn.ModuleList(nn.Linear(12, width) for width in widths)
images = torch.randn(BATCHES, BATCH, 1, 6, 6)

start = {"images": images.clone()}
for name, module in [("student", student), ("encoders", encoders), ("decoders", decoders)]:
    start |= state(name, module)
for i, teacher in enumerate(teachers):
    start |= state(f"teachers.{i}", teacher)

params = [*student.parameters(), *encoders.parameters(), *decoders.parameters()]
optimizer = torch.optim.SGD(params, lr=0.05, momentum=0.9, weight_decay=1e-4)
losses, terms = [], []
for step in range(STEPS):
    x = images[step % BATCHES]
    original = [teacher.features(x) for teacher in teachers]

    encoded = [encoder(f) for encoder, f in zip(encoders, original)]
    decoded = [decoder(h) for decoder, h in zip(decoders, encoded)]
    l_rec = sum((d - f).norm(dim=1).mean() for d, f in zip(decoded, original))

    stacked = torch.stack(encoded)
    sign = torch.sign(torch.sign(stacked).sum(0))
    agrees = (torch.sign(stacked) == sign) & (sign != 0)
    target = (stacked * agrees).sum(0) / agrees.sum(0).clamp(min=1)
    f_student = student.features(x)
    l_feature = ((f_student - target) ** 2).mean()

    logits = torch.stack([t.head(f) for t, f, p in zip(teachers, original, predictive) if p])
    votes = F.one_hot(logits.argmax(2), CLASSES).sum(0)
    mean = logits.softmax(2).mean(0)
    tied = votes == votes.max(dim=1, keepdim=True).values
    pseudo = torch.where(tied, mean, -torch.ones(())).argmax(1)
    alpha = torch.full_like(mean, ALPHA2)
    alpha[torch.arange(BATCH), pseudo] = ALPHA1
    l_logit = -(alpha * mean * student.head(f_student).log_softmax(1)).sum(1).mean()

    loss = l_logit + BETA1 * l_feature + BETA2 * l_rec
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.detach())
    terms.append(torch.stack([l_logit, l_feature, l_rec]).detach())

result = {"losses": torch.stack(losses), "terms": torch.stack(terms)}
save_file(start | result, Path(__file__).parent / "uniform.safetensors")
print(result["losses"][[0, 9, 24, 49]].tolist())
