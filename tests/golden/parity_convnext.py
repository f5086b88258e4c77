"""Writes what timm's ConvNeXts compute: python tests/golden/parity_convnext.py OUT"""

import timm_parity

NARROW = {"num_classes": 5, "depths": (1, 1, 1, 1), "dims": (8, 16, 24, 32)}

timm_parity.main(
    {
        "plain": ("convnext_tiny", 64, NARROW),
        "dropping": ("convnext_tiny", 64, {**NARROW, "depths": (1, 2, 2, 1), "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4}),
        "epsilon": ("convnext_xxlarge", 64, NARROW),
        "overlapping": ("convnext_nano_ols", 64, NARROW),
        "overlapping, tiered": ("convnext_atto_ols", 64, {**NARROW, "dims": (16, 24, 24, 32)}),
        "overlapping, simple norm": ("convnext_zepto_rms_ols", 64, NARROW),
        "root mean square": ("convnext_atto_rms", 64, NARROW),
        "norm first": ("convnext_tiny_hnf", 64, NARROW),
        "hidden layer": ("convnext_large_mlp", 64, {**NARROW, "head_hidden_size": 20}),
        "hidden layer, no classes": ("convnext_large_mlp", 64, {**NARROW, "head_hidden_size": 20, "num_classes": 0}),
        "v2": ("convnextv2_tiny", 64, NARROW),
        "v2, convolutions": ("convnextv2_atto", 64, {**NARROW, "drop_path_rate": 0.5, "batch": 4}),
    }
)
