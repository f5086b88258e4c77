"""CIFAR-10-C's deterministic corruptions of one image, by the libraries that its recipe is written with.

Needs NumPy, Pillow, opencv-python-headless, scikit-image and safetensors; no PyTorch.
Read by tests/data/transforms/corrupt_test.ts.

    python tests/golden/corruptions.py

D. Hendrycks, T. Dietterich: Benchmarking neural network robustness to common corruptions and perturbations (ICLR 2019).
"""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from safetensors.numpy import save_file
from skimage.filters import gaussian

BELL = [0.4, 0.6, 0.7, 0.8, 1]
DISK = [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)]
CONTRAST = [0.75, 0.5, 0.4, 0.3, 0.15]
SIDE = [0.95, 0.9, 0.85, 0.75, 0.65]


def to_bytes(values):
    return np.uint8(np.clip(values, 0, 1) * 255)


def gaussian_blur(pixels, level):
    return to_bytes(gaussian(pixels / 255.0, sigma=BELL[level], channel_axis=-1))


def defocus_blur(pixels, level):
    radius, edge = DISK[level]
    y, x = np.mgrid[-8:9, -8:9]
    disk = (x**2 + y**2 <= radius**2).astype(np.float32)
    kernel = cv2.GaussianBlur(disk / disk.sum(), ksize=(3, 3), sigmaX=edge)
    planes = [cv2.filter2D(plane / 255.0, -1, kernel) for plane in pixels.transpose(2, 0, 1)]
    return to_bytes(np.stack(planes, axis=-1))


def contrast(pixels, level):
    values = pixels / 255.0
    mean = values.mean(axis=(0, 1), keepdims=True)
    return to_bytes((values - mean) * CONTRAST[level] + mean)


def pixelate(pixels, level):
    side = int(32 * SIDE[level])
    return np.array(Image.fromarray(pixels).resize((side, side), Image.BOX).resize((32, 32), Image.BOX))


rng = np.random.default_rng(0)
rows, columns = np.mgrid[0:32, 0:32]
waves = [128 + 90 * np.sin(rows / a + columns / b) for a, b in [(3, 7), (5, -4), (9, 2)]]
image = np.uint8(np.clip(np.stack(waves, axis=-1) + rng.normal(0, 25, (32, 32, 3)), 0, 255))
image[8:16, 20:28] = [250, 10, 0]
recipes = {
    "gaussianBlur": gaussian_blur,
    "defocusBlur": defocus_blur,
    "contrast": contrast,
    "pixelate": pixelate,
}
found = {"image": image}
for name, corrupt in recipes.items():
    found[name] = np.stack([corrupt(image, level) for level in range(5)])
found = {name: np.ascontiguousarray(np.moveaxis(value, -1, -3)) for name, value in found.items()}
versions = {"opencv": cv2.__version__, "pillow": Image.__version__, "numpy": np.__version__}
save_file(found, Path(__file__).with_name("corruptions.safetensors"), metadata=versions)
