"""Writes what torchvision's MobileNetV3 computes.

python tests/golden/parity_mobilenet_v3.py OUT
python tests/golden/parity_mobilenet_v3.py --full NAME OUT     one at its true size, with whole gradients
"""

import sys

import parity
import torchvision


def features(model, images):
    return model.classifier[:2](model.avgpool(model.features(images)).flatten(1))


def record(name, size, full=False, **options):
    model = torchvision.models.get_model(name, **options)
    return parity.record(model, size, features=features, full=full)


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    parity.save(path, {name: record(name, 224, full=True)})
else:
    records = {
        "mobilenet_v3_large": record("mobilenet_v3_large", 64, num_classes=10),
        "mobilenet_v3_small": record("mobilenet_v3_small", 40, num_classes=10, dropout=0.4),
    }
    parity.save(sys.argv[1], records)
