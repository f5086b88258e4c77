"""What timm's RepVGGs and MobileOnes compute, in both forms: see timm_parity.py."""

import timm_parity
from timm.models import byobnet, reparameterize_model


def net(blocks, stem, folded=False, **options):
    """`options`: those of the network and, by `attn_layer` and `attn_kwargs`, of its configuration."""
    attention = {key: options.pop(key) for key in list(options) if key.startswith("attn")}

    def make():
        cfg = byobnet.ByoModelCfg(blocks=blocks, stem_type=stem, stem_chs=8, **attention)
        model = byobnet.ByobNet(cfg, num_classes=5, **options)
        # What stays as it is is no longer trained there.
        return reparameterize_model(model.eval()).requires_grad_(True) if folded else model

    return make


def repvgg(**options):
    groups = options.pop("groups", 0)
    return net(byobnet._rep_vgg_bcfg(d=(1, 3, 1, 1), wf=(1 / 8, 1 / 8, 1 / 16, 1 / 16), groups=groups), "rep", **options)


def mobileone(**options):
    kwargs = {"num_conv_branches": options.pop("branches", 1), "se_blocks": options.pop("se_blocks", ())}
    return net(byobnet._mobileone_bcfg(d=(1, 2, 1, 1), wf=(1 / 8, 1 / 8, 1 / 16, 1 / 16), **kwargs), "one", **options)


squeezed = {"attn_layer": "se", "attn_kwargs": {"rd_ratio": 0.25, "rd_divisor": 1}}

timm_parity.main({
    "repvgg": (repvgg(), 64, {}),
    "repvgg, groups": (repvgg(groups=4), 64, {}),
    "repvgg, squeezed": (repvgg(**squeezed), 64, {}),
    "repvgg, dropping": (repvgg(drop_rate=0.3, drop_path_rate=0.5), 64, {"batch": 4}),
    "repvgg, folded": (repvgg(folded=True, **squeezed), 64, {}),
    "mobileone": (mobileone(), 64, {}),
    "mobileone, branches": (mobileone(branches=3, se_blocks=(0, 1, 0, 0)), 64, {}),
    "mobileone, dropping": (mobileone(drop_path_rate=0.5), 64, {"batch": 4}),
    "mobileone, folded": (mobileone(folded=True, se_blocks=(0, 1, 0, 0)), 64, {}),
})
