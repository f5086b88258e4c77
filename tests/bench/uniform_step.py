"""The PyTorch twin of uniform_step.ts: UNIFORM with its default options, teachers one after the other."""
import json
import re
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

device, _, count = (sys.argv[1:] + ["cpu", "float32", "8"][len(sys.argv) - 1 :])[:3]
N, VOTERS = int(count), 8
BATCH, IMAGES, DIM, WIDTH, CLASSES = 256, 1024, 384, 512, 100
torch.set_num_threads(2)
torch.manual_seed(0)

images = torch.rand(IMAGES, 3, 16, 16).mul(255).to(torch.uint8).to(device)
features = [torch.randn(IMAGES, DIM, device=device) for _ in range(N)]
logits = [torch.randn(IMAGES, CLASSES, device=device) for _ in range(min(N, VOTERS))]
means = [f.mean(0) for f in features]
scales = [1 / f.std(0, correction=0) for f in features]
body = nn.Linear(768, WIDTH).to(device)
head = nn.Linear(WIDTH, CLASSES).to(device)
encoders = nn.ModuleList(nn.Linear(DIM, WIDTH) for _ in range(N)).to(device)
decoders = nn.ModuleList(nn.Linear(WIDTH, DIM) for _ in range(N)).to(device)
params = [p for m in (body, head, encoders, decoders) for p in m.parameters()]
optimizer = torch.optim.AdamW(params, lr=1e-3, fused=True)


def step(first):
    rows = slice(first, first + BATCH)
    x = (images[rows].float() / 255 - 0.5) / 0.25
    student = body(x.flatten(1))
    z = head(student)
    votes = torch.zeros(BATCH, CLASSES, device=device)
    mean = torch.zeros(BATCH, CLASSES, device=device)
    for own in logits:
        votes.scatter_add_(1, own[rows].argmax(1, True), torch.ones(BATCH, 1, device=device))
        mean += own[rows]
    mean = (mean / len(logits)).softmax(1)
    best = votes == votes.max(1, keepdim=True).values
    pseudo = torch.where(best, mean, -1.0).argmax(1, True)
    target = (0.5 * mean).scatter_(1, pseudo, mean.gather(1, pseudo))
    loss = F.cross_entropy(z, target)

    codes, rec, total = [], 0, 0
    for i in range(N):
        original = (features[i][rows] - means[i]) * scales[i]
        code = encoders[i](original)
        codes.append(code)
        rec = rec + (decoders[i](code) - original).norm(dim=1).mean()
        total = total + code.detach().sign()
    consensus = total.sign()
    tied = consensus == 0
    kept, number, align = 0, 0, 0
    for code in codes:
        agrees = (code.detach().sign() == consensus) | tied
        kept = kept + code * agrees
        number = number + agrees
        align = align + F.mse_loss(student, code)
    loss = loss + 0.1 * F.mse_loss(student, kept / number.clamp(min=1)) + 0.01 * rec / N + 0.4 * align / N
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()


def epoch():
    for first in range(0, IMAGES, BATCH):
        step(first)
    if device != "cpu":
        torch.cuda.synchronize()


epoch()
least = float("inf")
for _ in range(5):
    start = time.perf_counter()
    epoch()
    least = min(least, time.perf_counter() - start)
figures = {f"{N} teachers, ms a step": least * 1000 / (IMAGES // BATCH)}
status = Path("/proc/self/status")
if device != "cpu":
    figures[f"{N} teachers, peak MB"] = torch.cuda.max_memory_allocated() / 2**20
elif status.exists():
    figures[f"{N} teachers, peak MB"] = int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) / 1024
print(json.dumps(figures))
