"""The PyTorch twin of train_step.ts."""
import json
import sys
import time

import torch
from torch import nn

device = sys.argv[1] if len(sys.argv) > 1 else "cpu"
dtype = sys.argv[2] if len(sys.argv) > 2 else "float32"
BATCH = 128


def rate(model, images, labels):
    model.to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    loss_of = nn.CrossEntropyLoss()

    def step():
        with torch.autocast(device, dtype=torch.bfloat16, enabled=dtype != "float32"):
            loss = loss_of(model(images), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    def synchronize():
        if device != "cpu":
            torch.cuda.synchronize()

    for _ in range(10):
        step()
    synchronize()
    least = float("inf")
    for _ in range(10):
        start = time.perf_counter()
        for _ in range(20):
            step()
        synchronize()
        least = min(least, time.perf_counter() - start)
    return BATCH * 20 / least


class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def cnn(widths, classes):
    layers = []
    before = 1
    for i, width in enumerate(widths):
        layers += [nn.Conv2d(before, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        if i < len(widths) - 1:
            layers.append(nn.MaxPool2d(2))
        before = width
    return nn.Sequential(*layers, Mean(), nn.Linear(before, classes))


torch.set_num_threads(2)
torch.manual_seed(0)
mlp = nn.Sequential(
    nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)
)
labels = torch.randint(0, 10, (BATCH,), device=device)
print(json.dumps({
    "mlp": rate(mlp, torch.randn(BATCH, 784, device=device), labels),
    "cnn": rate(cnn([16, 32, 64], 20), torch.randn(BATCH, 1, 28, 28, device=device), labels),
}))
