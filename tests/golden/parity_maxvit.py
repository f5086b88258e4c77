"""Writes what timm's CoAtNets and MaxViTs compute, and at its full size torchvision's: see timm_parity.py."""

import dataclasses
import sys

import parity
import timm_parity
import torchvision
from timm.models.maxxvit import MaxxVit, model_cfgs

narrow = {
    "stem_width": (6, 8),
    "embed_dim": (32, 64),
    "depths": (1, 1),
}


def build(name, blocks, *, like=(), **options):
    """A narrow network with the configuration of one of timm's, of one stage or two."""
    cfg = dataclasses.replace(model_cfgs[name], **{**narrow, "block_type": blocks, "head_hidden_size": None})
    cfg = dataclasses.replace(cfg, **dict(like))
    size = 64 if len(blocks) == 2 else 32

    def made():
        model = MaxxVit(cfg, img_size=size, num_classes=5, **options)
        # The stem is the first of its features, which with few stages would be one of the last four.
        model.feature_info = model.feature_info[1:]
        every = model.forward_intermediates
        model.forward_intermediates = lambda images, indices, **rest: every(images, [i + 1 for i in indices], **rest)
        return model

    return made


if sys.argv[1:3] == ["--full", "maxvit_t"]:
    parity.save(sys.argv[3], {"maxvit_t": parity.record(torchvision.models.maxvit_t(), 224, full=True)})
    sys.exit()

dropping = {"drop_rate": 0.3, "drop_path_rate": 0.5}

timm_parity.main(
    {
        "maxvit_tiny_tf": (build("maxvit_tiny_tf", ("M", "M"), like={"head_hidden_size": 12}), 64, {}),
        "maxvit_rmlp_small_rw": (build("maxvit_rmlp_small_rw", ("M", "M"), **dropping), 64, {"batch": 4}),
        "maxvit_tiny_pm": (build("maxvit_tiny_pm", ("PM", "PM")), 64, {}),
        "maxxvitv2_nano_rw": (build("maxxvitv2_nano_rw", ("M", "M")), 64, {}),
        "coatnet_0_rw": (build("coatnet_0_rw", ("C", "T")), 64, {}),
        "coatnet_bn_0_rw": (build("coatnet_bn_0_rw", (("C", "T"),), like={"embed_dim": (32,), "depths": (2,), "stem_width": (6, 32)}), 32, {}),
        "coatnet_rmlp_1_rw": (build("coatnet_rmlp_1_rw", ("C", "T"), **dropping), 64, {"batch": 4}),
        "coatnet_3_rw": (build("coatnet_3_rw", ("T",), like={"embed_dim": (32,), "depths": (2,), "stem_width": (6, 32)}), 32, {}),
        "coatnet_0": (build("coatnet_0", ("C", "T")), 64, {}),
    }
)
