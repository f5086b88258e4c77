"""Writes what timm's MetaFormers compute: see timm_parity.py."""

import timm_parity
from timm.models.metaformer import (
    Attention,
    GroupNorm1,
    GroupNorm1NoBias,
    LayerNorm2dNoBias,
    LayerNormNoBias,
    MetaFormer,
    SepConv,
    nn,
)

small = {"num_classes": 5, "dims": (8, 12, 32), "depths": (1, 1, 2), "res_scale_init_values": (None, None, 1.0)}
mixed = {
    **small,
    "token_mixers": [SepConv, SepConv, Attention],
    "norm_layers": [LayerNorm2dNoBias, LayerNorm2dNoBias, LayerNormNoBias],
}
pool = {**small, "use_mlp_head": False}
first = {
    **pool,
    "downsample_norm": None,
    "mlp_act": nn.GELU,
    "mlp_bias": True,
    "norm_layers": GroupNorm1,
    "layer_scale_init_values": 1e-5,
    "res_scale_init_values": None,
}

timm_parity.main(
    {
        "caformer": (lambda: MetaFormer(**mixed), 64, {}),
        "dropping": (lambda: MetaFormer(**mixed, drop_rate=0.3, drop_path_rate=0.5), 40, {"batch": 4}),
        "poolformer": (lambda: MetaFormer(**first, drop_path_rate=0.5), 64, {"batch": 4}),
        "poolformer version 2": (lambda: MetaFormer(**pool, norm_layers=GroupNorm1NoBias), 64, {}),
    }
)
