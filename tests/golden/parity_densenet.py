"""Writes what timm's DenseNets compute: python tests/golden/parity_densenet.py OUT"""

import timm_parity

NARROW = {"num_classes": 5, "growth_rate": 8, "block_config": (2, 2, 1, 1)}

timm_parity.main(
    {
        "plain": ("densenet121", 64, {**NARROW, "drop_rate": 0.3}),
        "deep stem": ("densenet264d", 64, NARROW),
        "blurring": ("densenetblur121d", 64, NARROW),
    }
)
