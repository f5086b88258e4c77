"""Writes what timm's DeiTs compute.

python tests/golden/parity_deit.py OUT
python tests/golden/parity_deit.py --full NAME OUT     one at its true size, with whole gradients
"""

import timm_parity

narrow = {"img_size": 32, "patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 2, "num_classes": 5}
timm_parity.main({
    "third": ("deit3_small_patch16_224", 32, narrow),
    "distilled": ("deit_tiny_distilled_patch16_224", 32, narrow),
    "distilled, dropping": (
        "deit_tiny_distilled_patch16_224", 32, {**narrow, "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4}
    ),
    "distilled, without head": ("deit_tiny_distilled_patch16_224", 32, {**narrow, "num_classes": 0}),
})
