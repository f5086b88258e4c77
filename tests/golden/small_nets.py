"""The small student and teacher that twins of methods train, and how a module's state is written. No random number is drawn here."""

import torch
import torch.nn.functional as F
from torch import nn

CLASSES = 5


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.body = nn.Linear(6 * 9, 12)
        self.head = nn.Linear(12, CLASSES)

    def features(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.conv(x))), 2)
        return torch.tanh(self.body(x.flatten(1)))


class Teacher(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Linear(36, width)
        self.head = nn.Linear(width, CLASSES)

    def features(self, x):
        return F.relu(self.body(x.flatten(1)))


def state(name, module):
    """A copy of a module's values below a name."""
    return {f"{name}.{key}": value.clone() for key, value in module.state_dict().items()}
