"""The twin of load_weights.ts, with Python's safetensors: load_file and load_state_dict, or load_model.

    python tests/bench/load_weights.py file way
"""

import json
import sys
import time

import safetensors.torch
import torch

path, way = sys.argv[1:3]
sizes = json.load(open(path + ".json"))


def memory(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(name + ":"))


net = torch.nn.Sequential(*[torch.nn.Linear(a, b) for a, b in sizes])
with open(path, "rb", buffering=0) as file:
    while file.read(1 << 20):
        pass
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")
rss, anonymous = memory("VmRSS"), memory("RssAnon")
start = time.perf_counter()
if way == "load_model":
    safetensors.torch.load_model(net, path)
else:
    state = safetensors.torch.load_file(path)
    net.load_state_dict(state, assign=way == "assign")
seconds = time.perf_counter() - start
# What was kept of the peak is anonymous or a page of the file.
figures = {
    "seconds": seconds,
    "peakExtra": memory("VmHWM") - rss,
    "anonymousExtra": memory("RssAnon") - anonymous,
}
total = sum(p.double().sum().item() for p in net.parameters())
print(json.dumps({**figures, "sum": total}))
