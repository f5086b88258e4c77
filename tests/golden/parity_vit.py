"""Writes what timm's vision transformers compute.

python tests/golden/parity_vit.py OUT
python tests/golden/parity_vit.py --full NAME OUT     one at its true size, with whole gradients
"""

import functools
import sys

import parity
import timm
from timm.layers import LayerNorm, SwiGLUPacked
from timm.models.vision_transformer import VisionTransformer
from torch import nn


def features(model, images):
    return model.forward_head(model.forward_features(images), pre_logits=True)


def tiny(size, *, seen=None, batch=2, **options):
    """A network of a few narrow blocks."""
    options = {"patch_size": 8, "embed_dim": 24, "depth": 3, "num_heads": 2, "num_classes": 5, **options}
    model = VisionTransformer(img_size=size, **options)
    return parity.record(model, seen or size, batch=batch, features=features)


def full(name):
    if name == "vit_tiny_patch4_32":
        model = VisionTransformer(img_size=32, patch_size=4, embed_dim=192, depth=12, num_heads=3, num_classes=10)
    else:
        model = timm.create_model(name)
    giant = sum(p.numel() for p in model.parameters()) > 5e8
    return parity.record(
        model, model.patch_embed.img_size[0], batch=1 if giant else 2, features=features, full=not giant
    )


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    parity.save(path, {name: full(name)})
else:
    clip = {"pre_norm": True, "norm_layer": functools.partial(LayerNorm, eps=1e-5)}
    gated = {"mlp_ratio": 2.66667 * 2, "mlp_layer": SwiGLUPacked, "act_layer": nn.SiLU}
    registers = {"reg_tokens": 4, "no_embed_class": True}
    records = {
        "vit_tiny_patch16_224 at 32": parity.record(
            timm.create_model("vit_tiny_patch16_224", img_size=32, num_classes=7), 32, features=features
        ),
        "vit_small_patch14_dinov2 at 28": parity.record(
            timm.create_model("vit_small_patch14_dinov2", img_size=28, num_classes=0), 28, features=features
        ),
        "plain": tiny(32),
        "dropping": tiny(32, batch=4, drop_rate=0.3, drop_path_rate=0.5),
        "average": tiny(32, global_pool="avg"),
        "without class token": tiny(32, class_token=False, global_pool="avg", fc_norm=False),
        "without biases of qkv": tiny(32, qkv_bias=False, in_chans=3),
        "registers": tiny(32, init_values=1e-5, **registers),
        "registers with positions": tiny(32, reg_tokens=2, global_pool="avg"),
        "gated": tiny(32, init_values=1e-5, **registers, **gated),
        "clip": tiny(32, **clip),
        "clip with quick GELU": tiny(32, act_layer="quick_gelu", **clip),
        "smaller image": tiny(48, seen=32, dynamic_img_size=True, init_values=1e-5),
        "larger image, registers": tiny(32, seen=56, dynamic_img_size=True, **registers),
    }
    parity.save(sys.argv[1], records)
