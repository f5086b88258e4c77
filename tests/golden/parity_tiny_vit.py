"""Writes what timm's TinyViTs compute: see timm_parity.py."""

import timm_parity
from timm.models.tiny_vit import TinyVit

small = {"num_classes": 5, "embed_dims": (8, 16, 24), "depths": (1, 2, 1), "num_heads": (1, 2, 3)}
windows = {"window_sizes": (7, 4, 4)}

timm_parity.main(
    {
        # Maps of 8 and 4: four windows, and one.
        "tiny": (lambda: TinyVit(**small, **windows, drop_path_rate=0.0), 64, {}),
        # Maps of 7 and 4, which windows of 4 and 3 do not tile.
        "dropping": (
            lambda: TinyVit(**small, window_sizes=(7, 4, 3), drop_rate=0.3, drop_path_rate=0.5), 56, {"batch": 4},
        ),
    }
)
