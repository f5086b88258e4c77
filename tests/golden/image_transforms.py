"""Writes image_transforms.safetensors: what torchvision and Pillow make of small images.

    python tests/golden/image_transforms.py

Inputs and results of transforms (`bytes/...`, `floats/...`), files as bytes (`file/...`) and what Pillow decodes
them to (`decoded/...`), and parts of a picture as torchvision resizes them with Pillow (`part/...`).
"""

import io
from pathlib import Path

import publishers  # noqa: F401
import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torchvision.transforms import InterpolationMode
from torchvision.transforms import v2
from torchvision.transforms.v2 import RandAugment
from torchvision.transforms.v2 import functional as F

torch.manual_seed(0)
out = {}


def picture(height, width, seed, channels=3):
    """Smooth colors with some noise and an edge."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, channels, 5, 5, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=False)[0]
    smooth[:, height // 3 : height // 2, width // 4 : width // 2] *= 0.3
    noise = torch.randn(channels, height, width, generator=generator) * 0.02
    return ((smooth + noise).clamp(0, 1) * 255).to(torch.uint8)


images = torch.stack([picture(12, 14, seed) for seed in range(3)])
images[2, 1] = 77  # a channel of one value
images[1, :, 4:8] = images[1, :1, 4:8]  # a gray stripe
out["images"] = images
FACTORS = [0.0, 0.6, 1.7]
TURNS = [-0.3, 0.05, 0.5]
SIGMAS = [0.3, 1.0, 2.0]


def each(function, values, source):
    return torch.stack([function(image, value) for image, value in zip(source, values)])


for kind, source in [("bytes", images), ("floats", images.float() / 255)]:
    results = {
        "brightness": each(F.adjust_brightness, FACTORS, source),
        "contrast": each(F.adjust_contrast, FACTORS, source),
        "saturation": each(F.adjust_saturation, FACTORS, source),
        "sharpness": each(F.adjust_sharpness, FACTORS, source),
        "hue": each(F.adjust_hue, TURNS, source),
        "blur": each(lambda image, sigma: F.gaussian_blur(image, [5, 5], [sigma, sigma]), SIGMAS, source),
        "grayscale": F.rgb_to_grayscale(source, 3),
        "posterize": F.posterize(source, 3),
        "solarize": F.solarize(source, 0.4 if kind == "floats" else 0.4 * 255),
        "autocontrast": F.autocontrast(source),
        "equalize": F.equalize(source),
        "resized crop": F.resized_crop(source, 2, 1, 9, 11, [6, 7], antialias=True),
    }
    out.update({f"{kind}/{name}": value.clone() for name, value in results.items()})

# Each of RandAugment's changes, at magnitude 9 of 31, forwards and backwards.
augment = RandAugment(magnitude=9)
for name, (strengths, signed) in RandAugment._AUGMENTATION_SPACE.items():
    values = strengths(31, 12, 14)
    strength = 0.0 if values is None else float(values[9])
    for sign in (1, -1) if signed else (1,):
        result = augment._apply_image_or_video_transform(
            images, name, sign * strength, InterpolationMode.NEAREST, augment._fill
        )
        out[f"augment/{name}/{sign}"] = result.clone(memory_format=torch.contiguous_format)

# Files.
color = Image.fromarray(picture(33, 44, 10).permute(1, 2, 0).numpy())
alpha = picture(33, 44, 11, 4).permute(1, 2, 0).numpy().copy()
alpha[:, :15, 3] = 0
gray16 = (picture(33, 44, 12, 1)[0].numpy().astype(np.uint16) << 8) + 99
exif = Image.Exif()
exif[0x0112] = 6


def file(name, image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    out[f"file/{name}"] = torch.frombuffer(bytearray(stream.getvalue()), dtype=torch.uint8)
    with Image.open(io.BytesIO(stream.getvalue())) as loaded:
        decoded = np.asarray(loaded.convert("RGB")).copy()
    out[f"decoded/{name}"] = torch.from_numpy(decoded).permute(2, 0, 1).contiguous()


file("color.jpg", color, "JPEG", quality=92)
file("full.jpg", color, "JPEG", quality=92, subsampling=0)
file("progressive.jpg", color, "JPEG", quality=92, progressive=True)
file("gray.jpg", color.convert("L"), "JPEG", quality=92)
file("cmyk.jpg", color.convert("CMYK"), "JPEG", quality=92)
file("turned.jpg", color, "JPEG", quality=92, exif=exif)
file("color.png", color, "PNG")
file("alpha.png", Image.fromarray(alpha, "RGBA"), "PNG")
file("palette.png", color.quantize(32), "PNG")
file("color.webp", color, "WEBP", lossless=True)
file("color.tif", color, "TIFF")
file("color.gif", color.quantize(32), "GIF")
file("gray16.png", Image.fromarray(gray16), "PNG")
out["decoded/gray16.png"] = torch.from_numpy((gray16 >> 8).astype(np.uint8)).expand(3, 33, 44).contiguous()

# Parts, of the picture that is stored without losses.
for name, mode in [("bilinear", InterpolationMode.BILINEAR), ("bicubic", InterpolationMode.BICUBIC)]:
    def part(key, value):
        out[f"part/{key}/{name}"] = F.pil_to_tensor(value).contiguous()

    part("whole", v2.Resize((15, 23), mode)(color))
    part("larger", v2.Resize((50, 47), mode)(color))
    part("center", v2.CenterCrop((16, 21))(v2.Resize(24, mode)(color)))
    part("tall", v2.CenterCrop(21)(v2.Resize(24, mode)(color.transpose(Image.Transpose.ROTATE_90))))
    part("crop", F.resized_crop(color, 5, 8, 22, 31, [12, 13], mode))

target = Path(__file__).with_suffix(".safetensors")
save_file(out, target)
print(target, target.stat().st_size)
