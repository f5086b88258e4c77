"""Writes what timm's EfficientViTs of MIT compute: see timm_parity.py."""

import timm_parity

small = {"num_classes": 5, "widths": (8, 8, 16, 16, 32), "depths": (1, 2, 2, 2, 1), "head_dim": 8, "head_widths": (24, 20)}
timm_parity.main({
    "base": ("efficientvit_b0", 64, small),
    "base, an odd side": ("efficientvit_b0", 45, small | {"drop_rate": 0.3, "batch": 4}),
    "large": ("efficientvit_l1", 64, small),
})
