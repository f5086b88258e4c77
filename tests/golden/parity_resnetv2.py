"""Writes what timm's ResNetV2s compute: see timm_parity.py."""

import functools

import timm_parity
from timm.layers import StdConv2d
from timm.models.resnetv2 import ResNetV2

small = {"num_classes": 5, "layers": (1, 2, 1, 1), "stem_chs": 16}
bottleneck = small | {"channels": (32, 32, 64, 64)}
basic = small | {"channels": (8, 8, 16, 16)}
dropping = {"drop_rate": 0.3, "drop_path_rate": 0.3, "batch": 4}
grouped = {"channels": (128, 128, 128, 256), "stem_chs": 64}
transfer = {"stem_type": "fixed", "conv_layer": functools.partial(StdConv2d, eps=1e-8)}
timm_parity.main({
    "bottleneck": ("resnetv2_50", 64, bottleneck),
    "tiered, dropping": ("resnetv2_50t", 45, bottleneck | dropping),
    "basic": ("resnetv2_18", 64, basic),
    "basic, deep": ("resnetv2_18d", 45, basic),
    "Big Transfer": (lambda: ResNetV2(**small | grouped, **transfer), 45, {}),
    "group norm": ("resnetv2_50d_gn", 45, small | grouped),
})
