"""Writes what timm's MLP-Mixers and ResMLPs compute: see timm_parity.py."""

import functools

import timm_parity
from timm.models.mlp_mixer import Affine, MlpMixer, ResBlock

small = {"num_classes": 5, "img_size": 32, "patch_size": 8, "embed_dim": 24, "num_blocks": 3}
scaled = {"mlp_ratio": 4, "block_layer": functools.partial(ResBlock, init_values=1e-4), "norm_layer": Affine}
dropping = {"drop_rate": 0.3, "drop_path_rate": 0.3}
timm_parity.main({
    "mixer": (lambda: MlpMixer(**small), 32, {}),
    "resmlp": (lambda: MlpMixer(**small, **scaled, **dropping), 32, {"batch": 4}),
})
