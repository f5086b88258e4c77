"""What timm's FastViTs compute, in both forms: see timm_parity.py."""

import functools

import timm
import timm_parity
from timm.layers import LayerNorm2d
from timm.models import reparameterize_model
from timm.models.fastvit import RepConditionalPosEnc

small = {"num_classes": 5, "layers": (1,) * 4, "embed_dims": (4, 8, 8, 32), "mlp_ratios": (1,) * 4}
positions = functools.partial(RepConditionalPosEnc, spatial_shape=(7, 7))
attention = {**small, "token_mixers": ("repmixer",) * 3 + ("attention",), "pos_embs": (None,) * 3 + (positions,)}
clip = {**attention, "se_downsamples": (False, False, True, True), "lkc_use_act": True}
large = {
    **attention, "layers": (1,) * 5, "embed_dims": (4, 8, 8, 32, 32), "mlp_ratios": (1,) * 5, "lkc_use_act": True,
    "token_mixers": ("repmixer",) * 3 + ("attention",) * 2, "pos_embs": (None,) * 3 + (positions,) * 2,
    "se_downsamples": (False,) * 5, "downsamples": (False,) + (True,) * 4, "stem_use_scale_branch": False,
    "norm_layer": functools.partial(LayerNorm2d, eps=1e-5),
}  # fmt: skip


def folded():
    # What stays as it is is no longer trained there.
    return reparameterize_model(timm.create_model("fastvit_mci0", **clip).eval()).requires_grad_(True)


timm_parity.main({
    "attention": ("fastvit_t8", 64, {**attention, "layers": (1, 2, 1, 1)}),
    "clip": ("fastvit_t8", 64, clip),
    "clip, large": ("fastvit_t8", 64, large),
    "dropping": ("fastvit_t8", 64, {**attention, "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4}),
    "folded": (folded, 64, {}),
})
