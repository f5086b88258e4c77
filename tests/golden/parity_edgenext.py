"""Writes what timm's EdgeNeXts compute: python tests/golden/parity_edgenext.py OUT"""

import timm_parity

NARROW = {"num_classes": 5, "depths": (1, 2, 1, 1), "dims": (8, 16, 20, 28), "heads": (2, 2, 2, 2)}
OVERLAPPING = {**NARROW, "depths": (1, 2, 2, 2), "dims": (8, 16, 32, 32)}

timm_parity.main(
    {
        "plain": ("edgenext_xx_small", 64, NARROW),
        "dropping": ("edgenext_xx_small", 64, {**NARROW, "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4}),
        "overlapping": ("edgenext_small_rw", 64, OVERLAPPING),
    }
)
