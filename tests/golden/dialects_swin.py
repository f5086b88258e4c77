"""Writes what Swins compute whose parameters are not named as torchvision's, and those names.

python tests/golden/dialects_swin.py OUT

Values are functions of the names that a state dict has (see parity.py), so only names, shapes and results are kept.
"""

import re
import sys

import parity
import torch
import transformers
from foreign_names import from_files, images, own, record
from timm.models.swin_transformer import SwinTransformer
from timm.models.swin_transformer import checkpoint_filter_fn as swin_filter


@torch.no_grad()
def renamed(model, size, rename, translate):
    """timm's model with the names of the original release, which timm itself translates back."""
    original = {rename(name): value.clone() for name, value in model.state_dict().items()}
    parity.fill_state(original)
    model.load_state_dict(translate(original, model), strict=True)
    return record(original, model.eval()(images(size)), size)


def swin_original(name):
    name = re.sub(r"^layers\.(\d+)\.downsample", lambda m: f"layers.{int(m.group(1)) - 1}.downsample", name)
    return name.replace("head.fc.", "head.")


def swin():
    return SwinTransformer(112, embed_dim=8, depths=(2, 1, 2), num_heads=(1, 2, 4), window_size=7, num_classes=10)


narrow_swin = transformers.SwinConfig(
    image_size=112, embed_dim=8, depths=[2, 1, 2], num_heads=[1, 2, 4], window_size=7, num_labels=10, layer_norm_eps=1e-5
)

parity.save(
    sys.argv[1],
    {
        "timm's Swin": own(swin(), 112),
        "Microsoft's Swin": renamed(swin(), 112, swin_original, swin_filter),
        "transformers' Swin": from_files(transformers.SwinForImageClassification(narrow_swin), 112),
        "transformers' Swin, modules": own(transformers.SwinForImageClassification(narrow_swin), 112),
    },
)
