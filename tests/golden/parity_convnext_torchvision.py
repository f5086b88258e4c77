"""Writes what torchvision's ConvNeXts compute.

python tests/golden/parity_convnext_torchvision.py OUT
python tests/golden/parity_convnext_torchvision.py --full NAME OUT     one at its true size, with whole gradients
"""

import sys

import parity
import torch
import torchvision
from torchvision.models.convnext import CNBlockConfig, ConvNeXt

SMALL = {"convnext_atto_32": (40, 80, 160, 320), "convnext_femto_32": (48, 96, 192, 384)}


def build(name, **options):
    """torchvision's model; for small images with patches of two pixels, which torchvision's has no option for."""
    if name not in SMALL:
        return torchvision.models.get_model(name, **options)
    dims = (*SMALL[name], None)
    model = ConvNeXt([CNBlockConfig(dims[i], dims[i + 1], (2, 2, 6, 2)[i]) for i in range(4)], **options)
    model.features[0][0] = torch.nn.Conv2d(3, dims[0], 2, 2)
    return model


def features(model, images):
    return model.classifier[:2](model.avgpool(model.features(images)))


def record(name, size, full=False, **options):
    return parity.record(build(name, **options), size, features=features, full=full)


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    parity.save(path, {name: record(name, 32 if name in SMALL else 224, full=True)})
else:
    records = {
        "convnext_tiny": record("convnext_tiny", 48, num_classes=10),
        "convnext_atto_32": record("convnext_atto_32", 32, num_classes=10, stochastic_depth_prob=0.5),
    }
    parity.save(sys.argv[1], records)
