"""Writes what timm computes for small mobile networks with every kind of block.

python tests/golden/parity_mb_conv.py OUT
python tests/golden/parity_mb_conv.py --full NAME OUT     one at its true size, with whole gradients
"""

from functools import partial

import timm_parity
from timm.models._efficientnet_blocks import SqueezeExcite
from timm.models._efficientnet_builder import decode_arch_def, round_channels
from timm.models.efficientnet import EfficientNet
from timm.models.mobilenetv3 import MobileNetV3
from torch import nn

HARD = partial(SqueezeExcite, gate_layer="hard_sigmoid", force_act_layer=nn.ReLU, rd_round_fn=round_channels)


def net(kind, rows, **options):
    blocks = [row.split() for row in rows]
    return lambda: kind(decode_arch_def(blocks), num_classes=5, stem_size=8, **options)


def record(kind, size, rows, batch=2, **options):
    return (net(kind, rows, **options), size, {"batch": batch})


TF = {"pad_type": "same", "norm_layer": partial(nn.BatchNorm2d, eps=1e-3)}
V2 = [
    "cn_r2_k3_s1_c8_skip",
    "er_r2_k3_s2_e2_c16",
    "ir_r2_k5_s2_e3_c24_se0.25",
    "ds_r1_k3_s1_c24_se0.25",
    "ir_r1_k3_s2_e2_c24",
]
V3 = [
    "ds_r1_k3_s2_c8_se0.25_nre",
    "ir_r2_k3_s2_e2.5_c16_nre",
    "ir_r2_k5_s2_e3_c24_se0.25",
    "ir_r1_k3_s2_e2_c24",
    "cn_r1_k1_s1_c48",
]
V4 = [
    "er_r1_k3_s2_e2_c16",
    "uir_r1_a3_k5_s2_e3_c16 mqa_r2_k3_h2_s1_v2_d8_c16 uir_r1_a0_k3_s1_e2_c16",
    "uir_r1_a3_k0_s1_e2_c24 mqa_r1_k3_h4_s1_d8_c24 uir_r1_a0_k0_s1_e2_c24",
    "uir_r1_a0_k3_s2_e2_c24",
    "uir_r1_a3_k0_s2_e2_c24",
    "cn_r1_k1_s1_c32",
]
HALVED = ["cn_r1_k3_s2_c8", "er_r1_k3_s2_e2_c16", "ir_r1_k3_s2_e2_c16_se0.25", "uir_r1_a3_k5_s2_e2_c16"]
MIXED = [
    "ds_r1_k3_s1_c16",
    "ir_r2_k3.5.7_a1.1_p1.1_s2_e3_c24_se0.5_nsw",
    "ir_r1_k3.5.7.9.11_s2_e2_c24",
    "ir_r1_k3_s2_e2_c24",
]
GROUPED = ["dsa_r2_k3_s2_c16", "er_r2_k3_s2_e2_c16_gs8", "ir_r1_k3_s2_e2_c24_noskip_gs4", "er_r1_k3_s2_e2_c16"]
DEPTH = ["ds_r2_k3_s1_c8_se0.25_d1", "er_r2_k3_s2_e4_c16_se0.25_nre", "ir_r1_k5_s2_e3_c24", "ir_r1_k3_s2_e2_c24"]
HEAD = {"num_features": 40}

timm_parity.main(
    {
        "conv, fused, squeezed": record(
            EfficientNet, 32, V2, 4, act_layer=nn.SiLU, drop_rate=0.3, drop_path_rate=0.5, **HEAD
        ),
        "as TensorFlow": record(EfficientNet, 45, V2, act_layer=nn.SiLU, **HEAD, **TF),
        "pooled first": record(MobileNetV3, 32, V3, act_layer=nn.Hardswish, se_layer=HARD, **HEAD),
        "universal, attention": record(
            MobileNetV3,
            48,
            V4,
            4,
            act_layer=nn.GELU,
            head_bias=False,
            head_norm=True,
            layer_scale_init_value=1e-5,
            drop_path_rate=0.4,
            **HEAD,
        ),
        "halved by means": record(MobileNetV3, 32, HALVED, aa_layer="avg", **HEAD),
        "blurred": record(MobileNetV3, 36, HALVED, aa_layer="blurpc", **HEAD),
        "mixed kernels, as TensorFlow": record(EfficientNet, 35, MIXED, **HEAD, **TF),
        "space to depth": record(EfficientNet, 64, [*DEPTH, "ir_r1_k3_s2_e2_c24"], act_layer=nn.SiLU, **HEAD),
        "global context": record(EfficientNet, 32, V2[:3] + V2[4:], act_layer=nn.SiLU, se_layer="gc", **HEAD),
        "grouped, no head": record(EfficientNet, 32, GROUPED, act_layer=nn.ReLU6, num_features=0),
    }
)
