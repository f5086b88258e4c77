"""What timm's RegNets compute: see timm_parity.py."""

import functools

import timm_parity
from timm.layers import GroupNormAct

small = {"num_classes": 5, "w0": 8, "wa": 12.0, "wm": 2.0, "depth": 5, "group_size": 4}
norm = functools.partial(GroupNormAct, group_size=4)

timm_parity.main({
    "x": ("regnetx_002", 64, small),
    "y, dropping": ("regnety_002", 64, {**small, "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4}),
    "v": ("regnetv_040", 64, small),
    "v, averaged": ("regnetv_064", 64, small),
    "z": ("regnetz_005", 64, {**small, "num_features": 24}),
    "z without a convolution": ("regnetz_040", 64, small),
    "group norms": ("regnety_040_sgn", 64, {**small, "norm_layer": norm}),
})
