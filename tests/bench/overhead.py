"""The PyTorch twin of overhead.ts."""
import json
import sys
import time

import torch

CALLS = 100
LOOPS = 300


def best(body):
    least = float("inf")
    for _ in range(15):
        start = time.perf_counter()
        for _ in range(LOOPS):
            body()
        least = min(least, time.perf_counter() - start)
    return least * 1e6 / (LOOPS * CALLS)


device = sys.argv[1] if len(sys.argv) > 1 else "cpu"
torch.set_num_threads(1)
b = torch.ones(1, 1, device=device)


def measure(mode, a):
    def add():
        for _ in range(CALLS):
            a.add(b)

    def matmul():
        for _ in range(CALLS):
            a.matmul(b)

    def relu():
        for _ in range(CALLS):
            a.relu()

    return {f"{mode} {body.__name__}": best(body) for body in (add, matmul, relu)}


plain = torch.ones(1, 1, device=device)
leaf = torch.ones(1, 1, device=device, requires_grad=True)
out = measure("plain", plain)
with torch.no_grad():
    out |= measure("noGrad", plain)
with torch.inference_mode():
    out |= measure("inferenceMode", plain)
out |= measure("grad", leaf)
print(json.dumps(out))
