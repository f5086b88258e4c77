"""Writes what residual networks for CIFAR compute, written here by their papers: He et al. 2016, section 4.2 (with
projections, option B), and Zagoruyko and Komodakis 2016 as Berthelot et al. 2019 use it.

python tests/golden/parity_cifar.py OUT
python tests/golden/parity_cifar.py --full NAME OUT     one at its true size, with whole gradients
"""

import sys

import parity
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.ops import stochastic_depth


def conv(before, width, size, stride=1):
    return nn.Conv2d(before, width, size, stride, padding=size // 2, bias=False)


class PostActivation(nn.Module):
    def __init__(self, before, width, stride, drop):
        super().__init__()
        self.conv1, self.bn1 = conv(before, width, 3, stride), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, 3), nn.BatchNorm2d(width)
        self.downsample = None
        if before != width:
            self.downsample = nn.Sequential(conv(before, width, 1, stride), nn.BatchNorm2d(width))
        self.drop = drop

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        y = stochastic_depth(y, self.drop, "row", self.training)
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, n, classes=10, drop=0.0):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 16, 3), nn.BatchNorm2d(16)
        rates = torch.linspace(0, drop, 3 * n, dtype=torch.float64).tolist()

        def stage(i, before, width):
            blocks = [(before if j == 0 else width, 1 if i == 0 or j > 0 else 2, rates[i * n + j]) for j in range(n)]
            return nn.Sequential(*[PostActivation(b, width, stride, rate) for b, stride, rate in blocks])

        self.layer1, self.layer2, self.layer3 = stage(0, 16, 16), stage(1, 16, 32), stage(2, 32, 64)
        self.fc = nn.Linear(64, classes)

    def features(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return self.layer3(self.layer2(self.layer1(x))).mean((2, 3))

    def forward(self, x):
        return self.fc(self.features(x))


class PreActivation(nn.Module):
    def __init__(self, before, width, stride, both):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(before, momentum=0.001), conv(before, width, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(width, momentum=0.001), conv(width, width, 3)
        self.convShortcut = conv(before, width, 1, stride) if before != width else None
        self.both = both

    def forward(self, x):
        y = F.leaky_relu(self.bn1(x), 0.1)
        if self.both:
            x = y
        y = self.conv2(F.leaky_relu(self.bn2(self.conv1(y)), 0.1))
        return y + (x if self.convShortcut is None else self.convShortcut(x))


class Group(nn.Module):
    def __init__(self, n, before, width, stride, both=False):
        super().__init__()
        first = PreActivation(before, width, stride, both)
        self.layer = nn.Sequential(first, *[PreActivation(width, width, 1, False) for _ in range(n - 1)])

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    def __init__(self, depth, k, classes=10):
        super().__init__()
        n = (depth - 4) // 6
        self.conv1 = conv(3, 16, 3)
        self.block1 = Group(n, 16, 16 * k, 1, both=True)
        self.block2, self.block3 = Group(n, 16 * k, 32 * k, 2), Group(n, 32 * k, 64 * k, 2)
        self.bn1, self.fc = nn.BatchNorm2d(64 * k, momentum=0.001), nn.Linear(64 * k, classes)

    def features(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return F.leaky_relu(self.bn1(x), 0.1).mean((2, 3))

    def forward(self, x):
        return self.fc(self.features(x))


MAKE = {
    "resnet20": lambda: ResNet(3),
    "resnet56": lambda: ResNet(9),
    "wrn_28_2": lambda: WideResNet(28, 2),
}


def record(model, size, full=False):
    return parity.record(model, size, features=lambda m, x: m.features(x), full=full, batch=2 if full else 4)


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    parity.save(path, {name: record(MAKE[name](), 32, full=True)})
else:
    records = {name: record(make(), 16) for name, make in MAKE.items()}
    records["dropping resnet20"] = record(ResNet(3, drop=0.5), 16)
    parity.save(sys.argv[1], records)
