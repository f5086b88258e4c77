"""Writes onnx_taps/: a small model of nested modules by both of PyTorch's exporters, and what its modules return, for
tests/teachers/onnx_taps_test.ts. Needs the packages onnx and onnxscript besides torch.

    python tests/golden/onnx_taps.py
"""

import warnings
from pathlib import Path

import onnx
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

warnings.simplefilter("ignore")
folder = Path(__file__).parent / "onnx_taps"
folder.mkdir(exist_ok=True)
torch.manual_seed(0)


class Permute(nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1)


class Block(nn.Module):
    """As a residual block: its own sum and activation come after its parts."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(4, 4, 3, padding=1)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        # The activation is one module that is called twice.
        return self.relu(x + self.conv2(self.relu(self.conv1(x))))


class Dense(nn.Module):
    """As DenseNet: the activation after its features is a function, and so is no module's."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential()
        self.features.add_module("conv0", nn.Conv2d(3, 4, 3, padding=1))
        self.features.add_module("norm5", nn.BatchNorm2d(4))
        self.block = Block()
        self.blocks = nn.ModuleList([Block(), Block()])
        self.layer1 = nn.Sequential(nn.Conv2d(4, 4, 1), nn.ReLU())
        self.layer10 = nn.Sequential(nn.Conv2d(4, 4, 1), nn.ReLU())
        self.norm = nn.LayerNorm(4)
        self.permute = Permute()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(4, 5)

    def forward(self, x):
        x = F.relu(self.features(x)) * 2
        x = self.block(x)
        for block in self.blocks:
            x = block(x)
        x = self.layer10(self.layer1(x))
        # As Swin: tokens with the channels last, normalized, then maps again.
        x = self.norm(self.permute(x))
        x = x.permute(0, 3, 1, 2)
        x = self.avgpool(x).flatten(1)
        return self.classifier(x)


class Twice(nn.Module):
    """Modules that are called twice in a row, and one that is called once, whose parts are alike."""

    def __init__(self):
        super().__init__()
        self.sequential = nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU())
        self.conv = nn.Conv2d(3, 3, 1)
        self.sigmoid = nn.Sigmoid()
        self.single = nn.Sequential(nn.Conv2d(3, 3, 1))
        self.nested = nn.Sequential(nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU()), nn.Tanh())
        self.plain = nn.Sequential(nn.ReLU(), nn.Sigmoid())
        self.once = nn.Sequential(nn.Conv2d(3, 3, 1), nn.Sigmoid(), nn.Conv2d(3, 3, 1), nn.Sigmoid())
        self.linear = nn.Linear(3, 3)

    def forward(self, x):
        for module in [self.sequential, self.conv, self.sigmoid, self.single, self.nested, self.plain]:
            x = module(module(x))
        x = self.once(x)
        return self.linear(self.linear(x.mean([2, 3])))


model = Dense().eval()
model.features.norm5.running_mean.copy_(torch.randn(4) * 0.1)
images = torch.rand(2, 3, 8, 8)
returned = {}
for name, module in model.named_modules():
    if name != "":
        module.register_forward_hook(
            lambda _, __, output, name=name: returned.setdefault(name, []).append(output.detach().clone())
        )
with torch.no_grad():
    tensors = {"images": images, "logits": model(images)}
for name, outputs in returned.items():
    for i, output in enumerate(outputs):
        tensors[f"{name}#{i}"] = output.contiguous()
save_file(tensors, folder / "returned.safetensors")

for module in model.modules():
    module._forward_hooks.clear()
twice = Twice().eval()
few = torch.rand(2, 3, 4, 4)
with torch.no_grad():
    once = []
    twice.once.register_forward_hook(lambda _, __, output: once.append(output.clone()))
    twice(few)
    twice.once._forward_hooks.clear()
save_file({"images": few, "once": once[0]}, folder / "twice.safetensors")
for name, model, images, dynamo in [
    ("older", model, images, False),
    ("dynamo", model, images, True),
    ("twice_older", twice, few, False),
    ("twice_dynamo", twice, few, True),
]:
    path = folder / f"{name}.onnx"
    if dynamo:
        torch.onnx.export(model, (images,), dynamo=True, external_data=False, input_names=["images"], output_names=["logits"]).save(path)
    else:
        torch.onnx.export(
            model, (images,), path, dynamo=False, input_names=["images"], output_names=["logits"],
            dynamic_axes={"images": {0: "batch"}},
        )
    made = onnx.load(path)
    # Where the exporter's source lay on the machine, and its warnings.
    for node in made.graph.node:
        for entry in list(node.metadata_props):
            if entry.key not in ("pkg.torch.onnx.name_scopes", "pkg.torch.onnx.class_hierarchy"):
                node.metadata_props.remove(entry)
    onnx.save(made, path)
