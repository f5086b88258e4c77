"""The PyTorch twin of steps.ts, written as one would without it; needs nothing but torch.

steps.py resnet|uniform|custom-kd DEVICE small|full [TEACHERS]
"""
import json
import re
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

what, device, size = sys.argv[1:4]
SMALL = size == "small"
COUNT = int(sys.argv[4]) if len(sys.argv) > 4 else 8
torch.manual_seed(0)
MEAN = torch.tensor([0.485, 0.456, 0.406], device=device).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225], device=device).view(3, 1, 1)


class Block(nn.Module):
    """A residual block: of two convolutions, or, `wide`, of three around a narrow one."""

    def __init__(self, before, width, stride, wide):
        super().__init__()
        out = width * 4 if wide else width
        plan = [(before, width, 1, 1), (width, width, 3, stride), (width, out, 1, 1)] if wide else [
            (before, width, 3, stride), (width, out, 3, 1)]
        layers = []
        for given, made, kernel, step in plan:
            layers += [nn.Conv2d(given, made, kernel, step, kernel // 2, bias=False), nn.BatchNorm2d(made), nn.ReLU(inplace=True)]
        self.body = nn.Sequential(*layers[:-1])
        self.shortcut = nn.Identity()
        if stride != 1 or before != out:
            self.shortcut = nn.Sequential(nn.Conv2d(before, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x), inplace=True)


class ResNet(nn.Module):
    def __init__(self, depths, wide, classes):
        super().__init__()
        layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
        before = 64
        for stage, depth in enumerate(depths):
            for i in range(depth):
                width = 64 << stage
                layers.append(Block(before, width, 2 if stage > 0 and i == 0 else 1, wide))
                before = width * 4 if wide else width
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(before, classes)

    def features(self, x):
        return self.body(x).mean((2, 3))

    def forward(self, x):
        return self.head(self.features(x))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, width))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    def __init__(self, width, depth, heads):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 16, 16)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(torch.zeros(1, 197, width))
        self.blocks = nn.Sequential(*[Attention(width, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(width, 1e-6)

    def forward(self, images):
        x = self.patches(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.places
        return self.norm(self.blocks(x))[:, 0]


def pixels(batch, side):
    return torch.randint(0, 256, (batch, 3, side, side), dtype=torch.uint8, device=device)


def seen(given, side):
    x = given
    if given.shape[-1] != side:
        x = F.interpolate(given.float(), size=(side, side), mode="bilinear", antialias=True).round().clamp(0, 255)
    return ((x.float() / 255 - MEAN) / STD).contiguous(memory_format=torch.channels_last)


def half():
    # A processor without such units takes minutes for a step.
    return torch.autocast(device, dtype=torch.bfloat16, enabled=device != "cpu")


def resnet():
    batch, steps, side = (2, 2, 64) if SMALL else (128, 30, 224)
    model = ResNet([2, 2, 2, 2], False, 1000) if SMALL else ResNet([3, 4, 6, 3], True, 1000)
    model = model.to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, fused=True)
    images, labels = pixels(batch, side), torch.randint(0, 1000, (batch,), device=device)

    def step():
        with half():
            loss = F.cross_entropy(model(seen(images, side)), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step, steps


def uniform():
    batch, dim, width, classes, voters = 256, 384, 512, 100, 8
    steps = 4 if SMALL else 100
    images = pixels(batch, 16)
    features = [torch.randn(batch, dim, device=device) for _ in range(COUNT)]
    logits = [torch.randn(batch, classes, device=device) for _ in range(min(COUNT, voters))]
    means = [f.mean(0) for f in features]
    scales = [1 / f.std(0, correction=0) for f in features]
    body, head, project = nn.Linear(768, width), nn.Linear(width, classes), nn.Linear(width, width)
    encoders = nn.ModuleList(nn.Linear(dim, width) for _ in range(COUNT))
    decoders = nn.ModuleList(nn.Linear(width, dim) for _ in range(COUNT))
    modules = [m.to(device) for m in (body, head, project, encoders, decoders)]
    optimizer = torch.optim.AdamW([p for m in modules for p in m.parameters()], lr=1e-3, fused=True)

    def step():
        x = (images.float() / 255 - 0.5) / 0.25
        hidden = body(x.flatten(1))
        z, student = head(hidden), project(hidden)
        votes = torch.zeros(batch, classes, device=device)
        mean = torch.zeros(batch, classes, device=device)
        for own in logits:
            votes.scatter_add_(1, own.argmax(1, True), torch.ones(batch, 1, device=device))
            mean += own
        mean = (mean / len(logits)).softmax(1)
        best = votes == votes.max(1, keepdim=True).values
        pseudo = torch.where(best, mean, -1.0).argmax(1, True)
        target = (0.5 * mean).scatter_(1, pseudo, mean.gather(1, pseudo))
        loss = F.cross_entropy(z, target)
        codes, rec, total = [], 0, 0
        for i in range(COUNT):
            original = (features[i] - means[i]) * scales[i]
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
        loss = loss + 0.1 * F.mse_loss(student, kept / number.clamp(min=1)) + 0.01 * rec / COUNT + 0.4 * align / COUNT
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step, steps


def custom_kd():
    few, others, steps, side = (2, 2, 2, 64) if SMALL else (32, 96, 20, 224)
    teacher = ViT(192, 12, 3) if SMALL else ViT(1024, 24, 16)
    teacher = teacher.to(device).eval().requires_grad_(False)
    width = 192 if SMALL else 1024
    student = ResNet([2, 2, 2, 2], False, 100).to(device, memory_format=torch.channels_last)
    customization, general = nn.Linear(width, 512).to(device), nn.Linear(512, width).to(device)
    customization.requires_grad_(False)
    optimizer = torch.optim.AdamW([*student.parameters(), *general.parameters()], lr=1e-3, fused=True)
    images, labels = pixels(few + others, 224), torch.randint(0, 100, (few,), device=device)

    def step():
        with half():
            with torch.no_grad():
                taught = teacher(seen(images, 224)).float()
                target = customization(taught).float()
            features = student.features(seen(images, side)).float()
            logits = student.head(features).float()
            loss = (
                10 * F.mse_loss(features, target)
                + 30 * F.mse_loss(general(features).float(), taught)
                + F.cross_entropy(logits[:few], labels)
                + 0.1 * F.cross_entropy(logits[few:], logits[few:].softmax(1))
            )
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step, steps


step, steps = {"resnet": resnet, "uniform": uniform, "custom-kd": custom_kd}[what]()
least = float("inf")
for epoch in range(2 if SMALL else 4):
    start = time.perf_counter()
    for _ in range(steps):
        step()
    if device != "cpu":
        torch.cuda.synchronize()
    if epoch > 0:
        least = min(least, time.perf_counter() - start)
figures = {"stepsPerSecond": steps / least}
status = Path("/proc/self/status")
if device != "cpu":
    figures["peakMB"] = torch.cuda.max_memory_allocated() / 2**20
elif status.exists():
    figures["peakMB"] = int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) / 1024
print(json.dumps(figures))
