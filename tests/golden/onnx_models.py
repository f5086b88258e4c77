"""Writes onnx_*.onnx (models that PyTorch exported) and onnx.safetensors (inputs and PyTorch's outputs), for
tests/teachers/onnx_test.ts. Needs the package onnx besides torch.

    python tests/golden/onnx_models.py
"""

import warnings
from pathlib import Path

import onnx
import torch
from safetensors.torch import save_file
from torch import nn

warnings.simplefilter("ignore")
folder = Path(__file__).parent
torch.manual_seed(0)


class Convolutional(nn.Module):
    """Maps, pooled features and logits."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 6, 3, padding=1, stride=2)
        self.fc = nn.Linear(6, 5)

    def maps(self, x):
        return torch.relu(self.second(torch.relu(self.conv(x))))

    def features(self, x):
        return self.maps(x).mean((2, 3), keepdim=True).flatten(1)

    def forward(self, x):
        return self.fc(self.features(x))


class Tokens(nn.Module):
    """A patch embedding with a class token, which gives the tokens and the logits."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(3, 6, 4, stride=4)
        self.cls = nn.Parameter(torch.randn(1, 1, 6))
        self.mix = nn.Linear(5, 5)
        self.head = nn.Linear(6, 4)

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1)
        x = x + self.mix(x.transpose(1, 2)).transpose(1, 2)
        return x, self.head(x[:, 0])


def export(model, name, images, outputs, batch):
    names = ["images", *outputs]
    torch.onnx.export(
        model, (images,), str(folder / name), input_names=names[:1], output_names=outputs, dynamo=False,
        dynamic_axes={n: {0: "batch"} for n in names} if batch else None,
    )


images = torch.rand(3, 3, 8, 8)
with torch.no_grad():
    conv, tokens = Convolutional().eval(), Tokens().eval()
    export(conv, "onnx_conv.onnx", images[:1], ["logits"], True)
    export(conv, "onnx_fixed.onnx", images[:1], ["logits"], False)
    export(tokens, "onnx_tokens.onnx", images[:1], ["tokens", "logits"], True)
    truth = {
        "images": images,
        "maps": conv.maps(images),
        "features": conv.features(images),
        "logits": conv(images),
    }
    truth["tokens"], truth["token_logits"] = tokens(images)

# The same model with its weights in a file of their own, and one that computes in half precision.
model = onnx.load(folder / "onnx_conv.onnx")
onnx.save(
    model, folder / "onnx_external.onnx", save_as_external_data=True, location="onnx_external.data", size_threshold=0
)
export(Convolutional().eval().half(), "onnx_half.onnx", images[:1].half(), ["logits"], True)
save_file({name: value.contiguous().clone() for name, value in truth.items()}, folder / "onnx.safetensors")
