"""Writes what timm's LeViTs compute: see timm_parity.py."""

import timm_parity

small = {
    "num_classes": 5,
    "img_size": 80,
    "embed_dim": (16, 24, 32),
    "depth": (1, 1, 2),
    "num_heads": (2, 3, 4),
    "key_dim": 8,
}
dropping = {"drop_rate": 0.3, "drop_path_rate": 0.3, "batch": 4}
timm_parity.main({
    "small": ("levit_128s", 80, small),
    "dropping, as convolutions": ("levit_conv_128s", 80, small | dropping),
    "of a larger map": ("levit_384_s8", 64, small | {"img_size": 64}),
    "with one head": ("levit_256d", 80, small),
})
