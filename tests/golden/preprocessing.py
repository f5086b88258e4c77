"""What torchvision and Pillow make of an image before a model looks at it: bilinear and bicubic, smaller and larger.

    python preprocessing.py tests/golden/preprocessing.safetensors
"""
import sys

import numpy
import publishers  # noqa: F401
import torch
from PIL import Image
from safetensors.torch import save_file
from torchvision.transforms import v2

torch.manual_seed(0)
# Smooth with edges, as photographs are.
ramp = torch.linspace(0, 4, 40)
picture = torch.stack([torch.sin(ramp[:, None] * k + ramp[None, :] * (3 - k)) for k in (0.7, 1.9, 2.6)])
picture[:, 10:22, 15:30] = 0.9 * torch.rand(3, 1, 1)
picture = ((picture * 0.5 + 0.5) * 255).round().clamp(0, 255).to(torch.uint8)
mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
tensors = {"picture": picture}
for mode in ("bilinear", "bicubic"):
    for size in (24, 57):
        interpolation = v2.InterpolationMode(mode)
        image = Image.fromarray(numpy.ascontiguousarray(picture.permute(1, 2, 0).numpy()))
        tensors[f"{mode}.{size}"] = v2.Compose([
            v2.Resize((size, size), interpolation, antialias=True),
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(mean, std),
        ])(image).contiguous()
save_file(tensors, sys.argv[1])
