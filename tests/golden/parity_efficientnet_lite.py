"""Writes what the package efficientnet-lite-pytorch (PyPI) computes; set EFFICIENTNET_LITE to the folder it is in.

python tests/golden/parity_efficientnet_lite.py OUT
python tests/golden/parity_efficientnet_lite.py --full NAME OUT     one at its true size, with whole gradients
"""

import os
import sys

import parity

if "EFFICIENTNET_LITE" in os.environ:
    sys.path.insert(0, os.environ["EFFICIENTNET_LITE"])
from efficientnet_lite_pytorch import EfficientNet


def features(model, images):
    return model.extract_features(images).mean((2, 3))


def record(name, size=None, full=False, **options):
    publisher = name.replace("_", "-")
    size = size or EfficientNet.get_image_size(publisher)
    model = EfficientNet.from_name(publisher, image_size=size, **options)
    return parity.record(model, size, features=features, full=full, batch=2 if full else 4)


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    parity.save(path, {name: record(name, full=True)})
else:
    records = {
        # Sides that are even all the way down, and odd ones.
        "efficientnet_lite0": record("efficientnet_lite0", 64, num_classes=10),
        "efficientnet_lite3": record("efficientnet_lite3", 45, num_classes=10, drop_connect_rate=0.5),
    }
    parity.save(sys.argv[1], records)
