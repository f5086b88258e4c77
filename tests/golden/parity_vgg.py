"""Writes what timm's VGGs compute: see timm_parity.py."""

import timm_parity

small = {"num_classes": 5, "mlp_ratio": 0.01}
timm_parity.main({
    "plain": ("vgg11", 64, small | {"batch": 1}),
    "with norms": ("vgg11_bn", 45, small | {"drop_rate": 0.3, "batch": 2}),
})
