"""Writes what torchvision's Swin Transformers compute.

python tests/golden/parity_swin.py OUT
python tests/golden/parity_swin.py --full NAME OUT     one at its true size, with whole gradients
"""

import sys

import parity
import torchvision
from torchvision.models.swin_transformer import SwinTransformer

TIMM = {
    "tiny": (96, 6, [3, 6, 12, 24]),
    "small": (96, 18, [3, 6, 12, 24]),
    "base": (128, 18, [4, 8, 16, 32]),
    "large": (192, 18, [6, 12, 24, 48]),
}
SMALL = {"swin_tiny_32": ([2, 6, 4], [3, 6, 12])}


def build(name, **options):
    if name.endswith("_patch4_window7_224"):
        # timm's have torchvision's shapes, but another rate of stochastic depth.
        dim, depth, heads = TIMM[name.split("_")[1]]
        options = {"stochastic_depth_prob": 0.1, **options}
        return SwinTransformer([4, 4], dim, [2, 2, depth, 2], heads, [7, 7], **options)
    if name not in SMALL:
        return torchvision.models.get_model(name, **options)
    depths, heads = SMALL[name]
    options = {"stochastic_depth_prob": 0.1, **options}
    return SwinTransformer([2, 2], 96, depths, heads, [4, 4], mlp_ratio=2, **options)


def features(model, images):
    return model.flatten(model.avgpool(model.permute(model.norm(model.features(images)))))


def record(name, size, full=False, batch=2, **options):
    return parity.record(build(name, **options), size, batch=batch, features=features, full=full)


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    parity.save(path, {name: record(name, 32 if name in SMALL else 224, full=True)})
else:
    records = {
        # A first map of 8 x 8 is padded to two windows of 7 and shifted; the later ones are smaller than a window.
        "swin_t": record("swin_t", 32, num_classes=10),
        "swin_tiny_32": record("swin_tiny_32", 32, num_classes=10, stochastic_depth_prob=0.5),
        # Maps of 15, 8 and 4: odd sides are padded for merging and for windows.
        "swin_tiny_32 at 30": record("swin_tiny_32", 30, batch=3, num_classes=3),
    }
    parity.save(sys.argv[1], records)
