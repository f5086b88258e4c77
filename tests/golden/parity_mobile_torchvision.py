"""Writes what torchvision's MobileNetV2 and EfficientNetV2 compute.

python tests/golden/parity_mobile_torchvision.py OUT
python tests/golden/parity_mobile_torchvision.py --full NAME OUT     one at its true size, with whole gradients
"""

import sys

import parity
import torchvision
from torchvision.models.efficientnet import EfficientNet, FusedMBConvConfig, MBConvConfig


def features(model, images):
    return model.features(images).mean((2, 3))


def narrow_v2():
    """EfficientNetV2 with a stage of each kind."""
    stages = [
        FusedMBConvConfig(1, 3, 1, 16, 16, 2),
        FusedMBConvConfig(4, 3, 2, 16, 24, 2),
        MBConvConfig(4, 3, 2, 24, 32, 2),
        MBConvConfig(6, 3, 2, 32, 40, 1),
        MBConvConfig(6, 3, 2, 40, 48, 1),
    ]
    return EfficientNet(stages, dropout=0.3, stochastic_depth_prob=0.4, last_channel=64, num_classes=10)


def record(name, size, full=False, **options):
    model = torchvision.models.get_model(name, **options) if isinstance(name, str) else name()
    return parity.record(model, size, features=features, full=full)


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    size = torchvision.models.get_model_weights(name)["IMAGENET1K_V1"].transforms().crop_size[0]
    parity.save(path, {name: record(name, size, full=True)})
else:
    parity.save(
        sys.argv[1],
        {
            "mobilenet_v2": record("mobilenet_v2", 40, num_classes=10),
            "narrow EfficientNetV2": record(narrow_v2, 32),
        },
    )
