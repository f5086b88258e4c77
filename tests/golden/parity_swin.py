"""Writes what torchvision's and timm's Swin Transformers compute.

python tests/golden/parity_swin.py OUT
python tests/golden/parity_swin.py --full NAME OUT     one at its true size, with whole gradients
"""

import re
import sys

import parity
import timm_parity
import torchvision
from torchvision.models.swin_transformer import PatchMergingV2, SwinTransformer, SwinTransformerBlockV2

SMALL = {
    "swin_tiny_32": lambda **options: SwinTransformer(
        [2, 2], 96, [2, 6, 4], [3, 6, 12], [4, 4], mlp_ratio=2, **{"stochastic_depth_prob": 0.1, **options}
    ),
    "narrow": lambda **options: SwinTransformer([4, 4], 8, [2, 1, 2], [1, 2, 4], [7, 7], **options),
    "narrow version 2": lambda **options: SwinTransformer(
        [4, 4], 8, [2, 1, 2], [1, 2, 4], [4, 4], **options, block=SwinTransformerBlockV2, downsample_layer=PatchMergingV2
    ),
}


def build(name, **options):
    return SMALL[name](**options) if name in SMALL else torchvision.models.get_model(name, **options)


def features(model, images):
    return model.flatten(model.avgpool(model.permute(model.norm(model.features(images)))))


def record(name, size, full=False, batch=2, **options):
    return parity.record(build(name, **options), size, batch=batch, features=features, full=full)


def is_torchvision(name):
    return re.fullmatch(r"swin_(v2_)?[tsb]|swin_tiny_32", name) is not None


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    if is_torchvision(name):
        parity.save(path, {name: record(name, 32 if name in SMALL else 256 if "v2" in name else 224, full=True)})
    else:
        timm_parity.main({})
else:
    one = {"num_classes": 5, "embed_dim": 8, "depths": (2, 1, 2), "num_heads": (1, 2, 4)}
    name, second = "swin_tiny_patch4_window7_224", "swinv2_tiny_window8_256"
    rows = {
        # Maps of 16, 8 and 4: windows of 4 are shifted, and one of 4 is not.
        "timm": (name, 64, {**one, "img_size": 64, "window_size": 4}),
        # Maps of 15, 8 and 4, which timm pads after they were shifted; the last window is smaller than it could be.
        "timm at 60": (name, 60, {**one, "img_size": 60, "window_size": (4, 3, 7)}),
        "timm, dropping": (name, 32, {**one, "depths": (1, 1, 1), "img_size": 32, "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4}),
        "version 2": (second, 64, {**one, "img_size": 64, "window_size": 4, "pretrained_window_sizes": (0, 0, 0)}),
        "version 2, trained with others": (
            second, 60, {**one, "img_size": 60, "window_size": (4, 3, 7), "pretrained_window_sizes": (6, 6, 3)},
        ),
    }
    records = {
        # Maps of 15, 8 and 4: odd sides are padded for merging and for windows, the first of which are shifted.
        "torchvision": record("narrow", 60, batch=4, num_classes=5, stochastic_depth_prob=0.5),
        "torchvision's version 2": record("narrow version 2", 60, num_classes=5, stochastic_depth_prob=0.0),
        "swin_tiny_32 at 30": record("swin_tiny_32", 30, batch=3, num_classes=3),
        **{key: timm_parity.record(name, size, **options) for key, (name, size, options) in rows.items()},
    }
    parity.save(sys.argv[1], records)
