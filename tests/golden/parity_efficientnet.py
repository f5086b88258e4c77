"""Writes what torchvision's EfficientNets compute.

python tests/golden/parity_efficientnet.py OUT
python tests/golden/parity_efficientnet.py --full NAME OUT     one at its true size, with whole gradients
"""

import sys

import parity
import torchvision

SIZES = {
    "efficientnet_b0": 224,
    "efficientnet_b1": 240,
    "efficientnet_b2": 288,
    "efficientnet_b3": 300,
    "efficientnet_b4": 380,
}


def features(model, images):
    return model.avgpool(model.features(images)).flatten(1)


def record(name, size, full=False, **options):
    model = torchvision.models.get_model(name, **options)
    return parity.record(model, size, features=features, full=full, batch=2 if full else 4)


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    parity.save(path, {name: record(name, SIZES[name], full=True)})
else:
    records = {
        "efficientnet_b0": record("efficientnet_b0", 64, num_classes=10),
        "efficientnet_b3": record("efficientnet_b3", 44, num_classes=10, stochastic_depth_prob=0.5),
    }
    parity.save(sys.argv[1], records)
