"""Writes what timm's vision transformers compute.

python tests/golden/parity_vit.py OUT
python tests/golden/parity_vit.py --full NAME OUT     one at its true size, with whole gradients
"""

import functools
import sys

import timm_parity
from timm.layers import LayerNorm, RmsNorm, SwiGLUPacked
from timm.models.vision_transformer import (
    DiffParallelScalingBlock,
    ParallelScalingBlock,
    ParallelThingsBlock,
    ResPostBlock,
    VisionTransformer,
)
from torch import nn


def tiny(size, **options):
    """A network of a few narrow blocks, as a function that makes it."""
    options = {"patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 2, "num_classes": 5, **options}
    return lambda: VisionTransformer(img_size=size, **options)


def of_cifar():
    return VisionTransformer(img_size=32, patch_size=4, embed_dim=192, depth=12, num_heads=3, num_classes=10)


clip = {"pre_norm": True, "norm_layer": functools.partial(LayerNorm, eps=1e-5)}
gated = {"mlp_ratio": 2.66667 * 2, "mlp_layer": SwiGLUPacked, "act_layer": nn.SiLU}
registers = {"reg_tokens": 4, "no_embed_class": True}
without_token = {"class_token": False, "global_pool": "avg"}
joint = {"block_fn": ParallelScalingBlock, "norm_layer": RmsNorm, "qkv_bias": False, "qk_norm": True}
scaled = {"init_values": 1e-5}
attended = {"class_token": False, "global_pool": "map"}
rows = {
    "plain": (tiny(32), 32, {}),
    "dropping": (tiny(32, drop_rate=0.3, drop_path_rate=0.5), 32, {"batch": 4}),
    "without class token": (tiny(32, fc_norm=False, **without_token), 32, {}),
    "without last norm": (tiny(32, final_norm=False, **registers), 32, {}),
    "registers with positions": (tiny(32, reg_tokens=2, global_pool="avg"), 32, {}),
    "gated": (tiny(32, init_values=1e-5, **registers, **gated), 32, {}),
    "clip with quick GELU": (tiny(32, act_layer="quick_gelu", **clip), 32, {}),
    "smaller image": (tiny(48, dynamic_img_size=True, init_values=1e-5), 32, {}),
    "larger image, registers": (tiny(32, dynamic_img_size=True, **registers), 56, {}),
    "attention pool": (tiny(32, act_layer="gelu_tanh", mlp_ratio=3, **attended), 32, {}),
    "attention pool with registers": (tiny(32, reg_tokens=1, pool_include_prefix=True, **attended), 32, {}),
    "pixels left over": (tiny(33, **attended), 33, {}),
    "norms within": (tiny(32, scale_attn_norm=True, scale_mlp_norm=True, global_pool="avg"), 32, {}),
    "norms after": (tiny(32, block_fn=ResPostBlock, init_values=1e-5, qkv_bias=False, **without_token), 32, {}),
    "joint": (tiny(32, pre_norm=True, no_embed_class=True, drop_path_rate=0.3, **joint), 32, {"batch": 4}),
    "joint, differential": (tiny(32, block_fn=DiffParallelScalingBlock, **scaled), 32, {}),
    "differential": (tiny(32, attn_layer="diff", **scaled), 32, {}),
    "root mean squares": (tiny(32, norm_layer="rmsnorm", global_pool="avg"), 32, {}),
    "paired": (tiny(32, block_fn=ParallelThingsBlock, init_values=1e-5, drop_path_rate=0.3), 32, {"batch": 4}),
}

if sys.argv[1:3] == ["--full", "vit_tiny_patch4_32"]:
    timm_parity.parity.save(sys.argv[3], {sys.argv[2]: timm_parity.record(of_cifar, 32, full=True)})
else:
    timm_parity.main(rows)
