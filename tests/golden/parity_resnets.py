"""What timm's residual networks compute, those that torchvision does not have: see timm_parity.py."""

import timm_parity
from timm.layers import BlurPool2d

small = {"num_classes": 5, "layers": (1, 1, 1, 1), "channels": (8, 8, 16, 16)}
grouped = {"cardinality": 4, "base_width": 16}

timm_parity.main({
    "basic, tiered, blurred": ("resnet10t", 96, {**small, "aa_layer": BlurPool2d}),
    "blurred, groups": ("resnetblur50", 64, {**small, **grouped}),
    "averaged, squeezed": ("seresnetaa50d", 64, {**small, "stem_type": ""}),
    "senet154": ("senet154", 64, {**small, **grouped, "stem_width": 8}),
    "neighbours, dropping": (
        "ecaresnet50d", 64, {**small, "layers": (1, 2, 1, 1), "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4},
    ),
    "rs": ("resnetrs50", 64, small),
    "group norm": ("resnet50_gn", 64, {**small, "channels": (32, 32, 32, 32)}),
})  # fmt: skip
