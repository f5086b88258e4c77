"""Writes what timm's vision transformers for images of any shape compute.

python tests/golden/parity_naflexvit.py OUT
python tests/golden/parity_naflexvit.py --full NAME OUT     one at its true size, with whole gradients
"""

import sys

import parity
import timm
import timm_parity
import torch

narrow = {"patch_size": 8, "embed_dim": 24, "depth": 2, "num_heads": 2, "pos_embed_grid_size": (4, 4)}
narrow["num_classes"] = 5


@torch.no_grad()
def of_shape(name, height, width, **options):
    """The features and the last map of images that are not square."""
    model = timm.create_model(name, **{**narrow, **options}).double()
    parity.fill(model)
    model.eval()
    images = (parity.uniform("images", [2, 3, height, width]) * 2).double()
    (last,) = model.forward_intermediates(images, indices=[-1], intermediates_only=True)
    results = {"features": timm_parity.features(model, images), "map": timm_parity.summed(last)}
    return {key: value.contiguous() for key, value in results.items()}, {}


rows = {
    "mean": ("naflexvit_base_patch16_gap", 32, narrow),
    "attention pool": ("naflexvit_base_patch16_siglip", 48, narrow),
    "factorized": ("naflexvit_base_patch16_parfac_gap", 24, narrow),
    "radio": ("naflexvit_base_patch16_radio_v3", 24, {**narrow, "pos_embed_align_corners": True}),
    "dropping": (
        "naflexvit_base_patch16_map", 32, {**narrow, "drop_rate": 0.3, "drop_path_rate": 0.5, "batch": 4},
    ),
}
shapes = {
    "mean of 24 x 48": of_shape("naflexvit_base_patch16_gap", 24, 48),
    "aspect of 24 x 48": of_shape("naflexvit_base_patch16_par_gap", 24, 48),
    "factorized of 24 x 48": of_shape("naflexvit_base_patch16_parfac_gap", 24, 48),
    "attention pool of 48 x 16": of_shape("naflexvit_base_patch16_siglip", 48, 16),
    "radio of 24 x 48": of_shape("naflexvit_base_patch16_radio_v3", 24, 48),
    "radio of 16 x 24": of_shape("naflexvit_large_patch16_radio_v3", 16, 24),
}
if sys.argv[1] == "--full":
    timm_parity.main(rows)
else:
    records = {key: timm_parity.record(name, size, **options) for key, (name, size, options) in rows.items()}
    parity.save(sys.argv[1], records | shapes)
