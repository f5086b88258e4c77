"""Writes what timm's EfficientViTs of MSRA compute: see timm_parity.py."""

import timm_parity

small = {
    "num_classes": 5,
    "embed_dim": (16, 24, 32),
    "depth": (1, 1, 2),
    "num_heads": (2, 3, 4),
    "kernels": (7, 5, 3, 3),
}
timm_parity.main({
    "in windows that do not fit": ("efficientvit_m0", 160, small | {"img_size": 160}),
    "smaller than a window": ("efficientvit_m0", 64, small | {"img_size": 64, "drop_rate": 0.3, "batch": 4}),
})
