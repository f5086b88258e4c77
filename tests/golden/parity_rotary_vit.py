"""Writes what timm's vision transformers with rotary positions compute, and AIMv2.

python tests/golden/parity_rotary_vit.py OUT
python tests/golden/parity_rotary_vit.py --full NAME OUT     one at its true size, with whole gradients
"""

import timm_parity

tiny = {"embed_dim": 24, "depth": 2, "num_heads": 2, "num_classes": 5}
wide = {**tiny, "num_heads": 3}
square = {**tiny, "img_size": 64}

timm_parity.main(
    {
        "eva": ("eva_giant_patch14_224", 56, {**tiny, "img_size": 56}),
        "eva02, packed": ("eva02_tiny_patch14_224", 56, {**tiny, "img_size": 56}),
        "eva02, sub-norm": ("eva02_base_patch14_224", 56, {**wide, "img_size": 56}),
        "eva02, tower": ("eva02_base_patch16_clip_224", 64, square),
        "eva02, norms after": ("eva02_enormous_patch14_clip_224", 28, {**tiny, "img_size": 28}),
        "eva02, dropping": (
            "eva02_tiny_patch14_224",
            28,
            {**tiny, "img_size": 28, "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4},
        ),
        "dinov3": ("vit_small_patch16_dinov3", 64, {**tiny, "depth": 5}),
        "dinov3 with biases": ("vit_small_patch16_dinov3_qkvb", 48, wide),
        "dinov3, gated": ("vit_small_plus_patch16_dinov3_qkvb", 48, {**tiny, "num_classes": 0}),
        "dinov3, dropping": (
            "vit_small_patch16_dinov3", 32, {**tiny, "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4}
        ),
        "dinov3, class token": ("vit_small_patch16_lingbot", 48, tiny),
        "perception encoder, core": ("vit_pe_core_base_patch16_224", 64, {**square, "attn_pool_num_heads": 4}),
        "perception encoder, without class token": (
            "vit_pe_lang_gigantic_patch14_448", 56, {**tiny, "img_size": 56}
        ),
        "perception encoder, spatial": ("vit_pe_spatial_tiny_patch16_512", 64, square),
        "axial": ("vit_small_patch16_rope_224", 64, square),
        "axial, learned positions": ("vit_small_patch16_rope_ape_224", 48, {**tiny, "img_size": 48}),
        "mixed": ("vit_small_patch16_rope_mixed_224", 64, square),
        "mixed, learned positions": ("vit_small_patch16_rope_mixed_ape_224", 48, {**tiny, "img_size": 48}),
        # Places are scaled at random in timm's training; by 1 they are not.
        "sapiens2": (
            "vit_base_patch16_sapiens2",
            48,
            {**tiny, "num_heads": 2, "num_kv_heads": (2, 1), "rope_rescale_coords": 1.0},
        ),
        "aimv2": ("aimv2_large_patch14_224", 56, {**tiny, "img_size": 56}),
        "registers only": ("vit_betwixt_patch16_rope_reg4_gap_256", 64, {**square, "in_chans": 1}),
    }
)
