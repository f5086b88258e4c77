"""Writes what timm's Hieras compute: see timm_parity.py."""

import timm_parity

small = {"num_classes": 5, "img_size": 64, "embed_dim": 8, "stages": (1, 2, 2, 1)}
relative = {"abs_win_pos_embed": True, "global_pos_size": (5, 5), "init_values": 1e-5, "use_expand_proj": False}

timm_parity.main(
    {
        "tiny": ("hiera_tiny_224", 64, small),
        "dropping": ("hiera_tiny_224", 64, {**small, "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4}),
        "units with positions of their own": ("hiera_tiny_224", 64, {**small, **relative, "num_heads": 2}),
    }
)
