"""Writes what timm computes for architectures by its names: python tests/golden/parity_timm.py OUT

python tests/golden/parity_timm.py --full NAME OUT     one at its true size, with whole gradients
"""

import sys

import parity
import timm


def features(model, images):
    return model.forward_head(model.forward_features(images), pre_logits=True)


def record(name, size=None, full=False, **options):
    model = timm.create_model(name, **options)
    size = size or model.default_cfg["input_size"][-1]
    return parity.record(model, size, features=features, full=full, batch=2 if full else 4)


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    parity.save(path, {name: record(name, full=True, drop_rate=0.2, drop_path_rate=0.2)})
else:
    records = {
        # Sides that are even all the way down, and odd ones.
        "efficientnet_lite0": record("efficientnet_lite0", 64, num_classes=10, drop_rate=0.2, drop_path_rate=0.2),
        "tf_efficientnet_lite2": record("tf_efficientnet_lite2", 45, num_classes=10, drop_rate=0.3, drop_path_rate=0.5),
    }
    parity.save(sys.argv[1], records)
