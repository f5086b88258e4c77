"""What timm's ResNeSts compute: see timm_parity.py."""

import timm_parity

small = {"num_classes": 5, "layers": (1, 1, 1, 1), "channels": (8, 8, 16, 16), "stem_width": 8}

timm_parity.main({
    "split": ("resnest14d", 64, {**small, "layers": (1, 2, 1, 1)}),
    "grouped": ("resnest50d_1s4x24d", 64, {**small, "cardinality": 2, "base_width": 32}),
    "split in four": ("resnest50d_4s2x40d", 64, {**small, "base_width": 32}),
})
