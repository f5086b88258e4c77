"""The PyTorch twin of custom_kd_epoch.ts; needs torch and safetensors.

custom_kd_epoch.py make FOLDER              writes images, labels, and the weights that both begin with
custom_kd_epoch.py live|stored FOLDER [threads]
"""
import json
import re
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

what, folder = sys.argv[1], Path(sys.argv[2])
threads = int(sys.argv[3]) if len(sys.argv) > 3 else 2
LABELLED, UNLABELLED, FEW, REST, CLASSES = 64, 512, 32, 128, 20
# Customization of what is stored takes a millisecond: of many epochs one is undisturbed.
IN_A_ROW = 25 if what == "stored" else 1
TURNS = 3


class Block(nn.Module):
    def __init__(self, before, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride != 1 or before != width:
            self.downsample = nn.Sequential(nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        inner = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = self.bn2(self.conv2(inner))
        out += x if self.downsample is None else self.downsample(x)
        return F.relu(out, inplace=True)


class ResNet(nn.Module):
    """models.SmallResNet."""

    def __init__(self, widths, blocks, stride):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, stride, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True))
        all_blocks, before = [], widths[0]
        for stage, width in enumerate(widths):
            for i in range(blocks):
                all_blocks.append(Block(before, width, 2 if stage > 0 and i == 0 else 1))
                before = width
        self.blocks = nn.Sequential(*all_blocks)
        self.head = nn.Linear(before, CLASSES)

    def features(self, x):
        return self.blocks(self.stem(x)).mean((2, 3))


torch.set_num_threads(threads)
torch.manual_seed(0)
student = ResNet([16, 32, 64], 1, 2)
teacher = ResNet([64, 128, 256], 2, 4).eval().requires_grad_(False)
customization, general = nn.Linear(256, 64), nn.Linear(64, 256)
modules = {"student": student, "teacher": teacher, "customization": customization, "general": general}

if what == "make":
    for name, module in modules.items():
        save_file(module.state_dict(), folder / f"{name}.safetensors")
    # Smooth patches of color, so that images differ in more than noise.
    coarse = torch.rand(LABELLED + UNLABELLED, 3, 8, 8)
    images = F.interpolate(coarse, size=(64, 64), mode="bilinear").mul(255).to(torch.uint8)
    labels = torch.arange(LABELLED) % CLASSES
    save_file({"images": images, "labels": labels}, folder / "images.safetensors")
    sys.exit()

for name, module in modules.items():
    module.load_state_dict(load_file(folder / f"{name}.safetensors"))
data = load_file(folder / "images.safetensors")
labelled, unlabelled, labels = data["images"][:LABELLED], data["images"][LABELLED:], data["labels"]
SHIFT = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
SCALE = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def normalized(pixels):
    return pixels.float().div_(255).sub_(SHIFT).div_(SCALE)


@torch.no_grad()
def features_of(images):
    return torch.cat([teacher.features(normalized(part)) for part in images.split(REST)])


# Of the images without labels, once, before training.
every = features_of(unlabelled)
mean, scale = every.mean(0), 1 / every.std(0, correction=0)
if what == "stored":
    stored_rest = (every - mean) * scale
    stored_few = (features_of(labelled) - mean) * scale
del every

customizer = torch.optim.AdamW(customization.parameters(), lr=1e-3, fused=True)
distiller = torch.optim.AdamW([*student.parameters(), *general.parameters()], lr=1e-3, fused=True)
steps = UNLABELLED // REST


def standardized(x):
    with torch.no_grad():
        return (teacher.features(x) - mean) * scale


def customize(few):
    taught = stored_few[few] if what == "stored" else standardized(normalized(labelled[few]))
    return F.cross_entropy(student.head(customization(taught)), labels[few])


def distill(few, rest):
    x = normalized(torch.cat([labelled[few], unlabelled[rest]]))
    taught = torch.cat([stored_few[few], stored_rest[rest]]) if what == "stored" else standardized(x)
    with torch.no_grad():
        target = customization(taught)
    features = student.features(x)
    logits = student.head(features)
    own, others = logits[:FEW], logits[FEW:]
    return (
        10 * F.mse_loss(features, target)
        + 30 * F.mse_loss(general(features), taught)
        + F.cross_entropy(own, labels[few])
        + 0.1 * F.cross_entropy(others, others.softmax(1))
    )


few_order, rest_order = torch.arange(LABELLED), torch.arange(UNLABELLED)
seconds, losses = {"customization": [], "distillation": []}, []
student.train()
for epoch in range(TURNS * (IN_A_ROW + 1)):
    stage = "customization" if epoch % (IN_A_ROW + 1) < IN_A_ROW else "distillation"
    student.head.requires_grad_(stage == "distillation")
    optimizer = distiller if stage == "distillation" else customizer
    start = time.perf_counter()
    total = torch.zeros((), dtype=torch.float64)
    for i in range(steps):
        first = (epoch * steps + i) % (LABELLED // FEW) * FEW
        few = few_order[first : first + FEW]
        if stage == "customization":
            loss = customize(few)
        else:
            loss = distill(few, rest_order[i * REST : (i + 1) * REST])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        total += loss.detach()
    losses.append(total.item() / steps)
    seconds[stage].append(time.perf_counter() - start)

# The first epoch of each kind warms up.
figures = {f"{what} teacher, s a {stage} epoch": min(all_[1:]) for stage, all_ in seconds.items()}
status = Path("/proc/self/status")
if status.exists():
    figures[f"{what} teacher, peak MB"] = int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) / 1024
kept = [0, *range(IN_A_ROW, len(losses), IN_A_ROW + 1)]
figures |= {f"loss of epoch {i + 1}": losses[i] for i in kept}
print(json.dumps(figures))
