"""Writes what OpenCLIP's image towers compute, which have OpenAI's parameter names. Needs open_clip_torch.

python tests/golden/parity_clip.py OUT
python tests/golden/parity_clip.py --full NAME OUT     one at its true size, with whole gradients
"""

import re
import sys
import types

import parity
from torch import nn

# OpenCLIP's tokenizer imports it; the image towers have no use for it.
sys.modules.setdefault("ftfy", types.ModuleType("ftfy"))
from open_clip.transformer import QuickGELU, VisionTransformer  # noqa: E402


def tower(size, *, width=24, layers=3, heads=2, ratio=2, patch=8, output=10, quick=True, pooled=False):
    model = VisionTransformer(
        size, patch, width, layers, heads, ratio, output_dim=output, act_layer=QuickGELU if quick else nn.GELU
    )
    if pooled:
        model.proj = None
    return model


def full(name):
    publisher, size, patch, side = re.fullmatch(r"(open_clip|clip)_vit_([blhg])_(\d+)(?:_(\d+))?", name).groups()
    width, layers, heads, output, ratio = {
        "b": (768, 12, 12, 512, 4.0),
        "l": (1024, 24, 16, 768, 4.0),
        "h": (1280, 32, 16, 1024, 4.0),
        "g": (1408, 40, 16, 1024, 4.3637),
    }[size]
    side = int(side or 224)
    model = tower(
        side,
        width=width,
        layers=layers,
        heads=heads,
        ratio=ratio,
        patch=int(patch),
        output=output,
        quick=publisher == "clip",
    )
    large = size in "hg"
    return parity.record(model, side, batch=1 if large else 2, features=lambda m, x: m(x), full=not large)


if sys.argv[1] == "--full":
    _, _, name, path = sys.argv
    parity.save(path, {name: full(name)})
else:
    features = {"features": lambda model, images: model(images)}
    records = {
        "quick GELU": parity.record(tower(32), 32, **features),
        "GELU": parity.record(tower(32, quick=False, ratio=4.3637), 32, **features),
        "pooled": parity.record(tower(32, pooled=True), 32, **features),
    }
    parity.save(sys.argv[1], records)
