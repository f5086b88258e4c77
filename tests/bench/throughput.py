"""The twin of throughput.ts, with torchvision's and timm's models."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "golden"))
import publishers  # noqa: E402, F401
import torch  # noqa: E402
import torchvision  # noqa: E402

names = sys.argv[1]
device = sys.argv[2] if len(sys.argv) > 2 else "cpu"
dtype = sys.argv[3] if len(sys.argv) > 3 else "float32"
BATCH = int(sys.argv[4]) if len(sys.argv) > 4 else 8
ROUNDS = 10


def synchronize():
    if device != "cpu":
        torch.cuda.synchronize()


def rate(step):
    for _ in range(2):
        step()
    synchronize()
    least = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        step()
        synchronize()
        least = min(least, time.perf_counter() - start)
    return BATCH / least


def create(name):
    import timm

    if timm.is_model(name):
        return timm.create_model(name, num_classes=1000)
    return getattr(torchvision.models, name.removeprefix("torchvision/"))()


def autocast():
    return torch.autocast(device, dtype=torch.bfloat16, enabled=dtype != "float32")


if device == "cpu":
    torch.set_num_threads(2)
loss_of = torch.nn.CrossEntropyLoss()
results = {}
for name in names.split(","):
    torch.manual_seed(0)
    model = create(name)
    labels = torch.randint(0, 1000, (BATCH,), device=device)
    for ours, memory_format in (("contiguous", torch.contiguous_format), ("channelsLast", torch.channels_last)):
        model.to(device=device, memory_format=memory_format)
        images = torch.randn(BATCH, 3, 224, 224).to(device=device, memory_format=memory_format)
        model.eval()

        def forward():
            with torch.inference_mode(), autocast():
                model(images)

        results[f"{name} forward {ours}"] = rate(forward)
        model.train()
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)

        def train():
            with autocast():
                loss = loss_of(model(images), labels)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()

        results[f"{name} training {ours}"] = rate(train)
print(json.dumps(results))
