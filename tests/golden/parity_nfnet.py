"""Writes what timm's networks without norms compute: python tests/golden/parity_nfnet.py OUT"""

import timm_parity

NARROW = {"num_classes": 5, "depths": (1, 2, 1, 1), "channels": (16, 24, 32, 32)}
QUAD = {**NARROW, "stem_chs": 16, "group_size": 8}

timm_parity.main(
    {
        "DeepMind's": ("dm_nfnet_f0", 64, {**QUAD, "num_features": 40}),
        "timm's, dropping": (
            "nfnet_f0", 64, {**QUAD, "num_features": 40, "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4},
        ),
        "light, ECA": ("eca_nfnet_l0", 64, {**QUAD, "num_features": 40, "bottle_ratio": 0.5}),
        "RegNet": ("nf_regnet_b0", 64, {**NARROW, "num_features": 40}),
        "ResNet": ("nf_resnet26", 64, {**NARROW, "stem_chs": 16, "bottle_ratio": 0.5}),
        "ResNet, squeezing": ("nf_seresnet26", 64, {**NARROW, "stem_chs": 16, "bottle_ratio": 0.5}),
    }
)
