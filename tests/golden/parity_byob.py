"""What networks compute that are put together of timm's blocks: see timm_parity.py."""

import timm_parity
from timm.models.byobnet import ByobNet, ByoBlockCfg, ByoModelCfg


def block(c, kind="bottle", d=1, s=2, gs=0, br=1.0, **options):
    return ByoBlockCfg(type=kind, d=d, c=c, s=s, gs=gs, br=br, **options)


def net(blocks, cfg, **options):
    return lambda: ByobNet(ByoModelCfg(blocks=tuple(blocks), **cfg), num_classes=5, **options)


halves = [block(16, s=1, br=0.5), block(16, d=2, br=0.5), block(32, br=0.5), block(64, br=0.5)]
clip = {"stem_chs": (4, 4, 8), "stem_type": "", "stem_pool": "avg2", "downsample": "avg", "aa_layer": "avg"}
context = [block(16, s=1, gs=4, br=0.5), block(16, gs=4, br=0.5), block(32, gs=4, br=0.5), block(32, gs=4, br=0.5)]
quad = [block(16, "edge", s=1, block_kwargs={}), block(16, gs=4), block(16, gs=4), block(16, gs=1)]
z = [block(8, gs=4, br=2), block(8, d=2, gs=4, br=2), block(16, gs=4, br=2), block(16, gs=4, br=2)]
ge = [block(8, "basic"), block(8, "basic"), block(16, br=0.5), block(16, gs=1, br=2), block(16, gs=1, br=2, s=1)]
silu = {"act_layer": "silu"}

timm_parity.main({
    # The positions are those of a smaller image.
    "clip": (net(halves, {**clip, "head_type": "attn_abs"}, img_size=64), 96, {}),
    "context": (net(context, {**silu, "stem_chs": 16, "stem_type": "tiered", "attn_layer": "gca"}), 64, {}),
    "quad": (
        net(quad, {
            **silu, "stem_chs": 16, "stem_type": "quad2", "stem_pool": None, "num_features": 24,
            "block_kwargs": {"extra_conv": True},
        }), 64, {},
    ),
    "z": (
        net(z, {
            **silu, "stem_chs": 8, "stem_pool": "", "downsample": "", "attn_layer": "se",
            "attn_kwargs": {"rd_ratio": 0.25}, "block_kwargs": {"bottle_in": True, "linear_out": True},
        }), 64, {},
    ),
    "ge, dropping": (
        net(ge, {"stem_chs": 8, "stem_pool": None, "num_features": 24}, drop_rate=0.3, drop_path_rate=0.5), 64,
        {"batch": 4},
    ),
    "test_byobnet": ("test_byobnet", 64, {"num_classes": 5}),
})  # fmt: skip
