"""Writes what timm's RepViTs compute, in both forms: python tests/golden/parity_repvit.py OUT"""

import timm
import timm_parity

NARROW = {"num_classes": 5, "embed_dim": (8, 16, 24, 32), "depth": (2, 1, 1, 1)}


def folded():
    return timm.create_model("repvit_m0_9", **NARROW).eval().fuse().requires_grad_(True)


timm_parity.main(
    {
        "dropping": ("repvit_m0_9", 64, {**NARROW, "drop_rate": 0.3, "batch": 4}),
        "legacy": ("repvit_m1", 64, {**NARROW, "depth": (1, 1, 1, 1), "batch": 4}),
        "folded": (folded, 64, {}),
    }
)
