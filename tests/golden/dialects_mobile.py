"""Writes what mobile networks compute whose parameters are not named as timm's, and those names.

python tests/golden/dialects_mobile.py OUT

Values are functions of the names that a state dict has (see parity.py), so only names, shapes and results are kept.
"""

import sys

import parity
import torchvision
import transformers
from foreign_names import own


efficientnet = transformers.EfficientNetConfig(
    width_coefficient=0.5, depth_coefficient=0.5, hidden_dim=640, num_labels=10, image_size=64
)
mobilenet = transformers.MobileNetV2Config(depth_multiplier=0.35, num_labels=10, image_size=41)

parity.save(
    sys.argv[1],
    {
        "transformers' EfficientNet": own(transformers.EfficientNetForImageClassification(efficientnet), 64),
        "transformers' MobileNetV2": own(transformers.MobileNetV2ForImageClassification(mobilenet), 41),
        "torchvision's MobileNetV2": own(torchvision.models.mobilenet_v2(width_mult=0.35, num_classes=10), 40),
        "torchvision's MobileNetV3": own(torchvision.models.mobilenet_v3_small(num_classes=10), 40),
    },
)
