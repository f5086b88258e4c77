"""Writes what timm's Inception-v3 computes: see timm_parity.py."""

import timm_parity

timm_parity.main({
    "inception_v3": ("inception_v3", 96, {"num_classes": 5, "drop_rate": 0.3}),
})
