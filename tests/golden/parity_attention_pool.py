"""Writes what timm's pooling by attention computes: the pixels of a map are its tokens.

python tests/golden/parity_attention_pool.py OUT
"""

import functools
import sys

import parity
from timm.layers import AttentionPoolLatent
from torch import nn

norm = functools.partial(nn.LayerNorm, eps=1e-6)


class Pooling(nn.Module):
    def __init__(self, **options):
        super().__init__()
        self.attn_pool = AttentionPoolLatent(12, norm_layer=norm, num_heads=3, **options)

    def forward(self, images):
        pooled = self.attn_pool(images.flatten(2).transpose(1, 2))
        return pooled.flatten(1)


records = {
    "one": Pooling(),
    "mean of three": Pooling(latent_len=3, pool_type="avg", mlp_ratio=2.5),
    "all of two": Pooling(latent_len=2, pool_type=""),
    "normalized": Pooling(qk_norm=True, qkv_bias=False),
    "with positions": Pooling(pos_embed="abs", feat_size=16, act_layer=lambda: nn.GELU(approximate="tanh")),
}
parity.save(sys.argv[1], {name: parity.record(model, 4, channels=12) for name, model in records.items()})
