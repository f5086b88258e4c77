"""Writes what timm's EfficientFormerV2s compute: see timm_parity.py."""

import timm_parity

small = {
    "num_classes": 5,
    "img_size": 64,
    "embed_dims": (8, 8, 16, 24),
    "depths": (1, 1, 2, 2),
    "mlp_ratios": (4, 4, (4, 3), (3, 4)),
    "num_vit": 1,
}
timm_parity.main({
    "small": ("efficientformerv2_s0", 64, small),
    "dropping": ("efficientformerv2_s0", 64, small | {"drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4}),
})
