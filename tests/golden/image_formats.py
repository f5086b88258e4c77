"""Small image files of many kinds, and their pixels as Pillow has them.

    python tests/golden/image_formats.py        (Pillow 13, NumPy, safetensors)

For each file: its bytes as `file/NAME`, `Image.convert("RGB")` as `pixels/NAME`, and the same after
`ImageOps.exif_transpose` as `upright/NAME`.
"""

import io
import pathlib
import struct

import numpy as np
from PIL import Image, ImageCms, ImageOps
from safetensors.numpy import save_file

rng = np.random.default_rng(0)
blocks = np.kron(rng.integers(0, 256, (2, 3, 3), dtype=np.uint8), np.ones((4, 4, 1), np.uint8))
gray_ramp = np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6)
image = Image.fromarray(blocks)
files = {}


def save(name, picture, **options):
    out = io.BytesIO()
    picture.save(out, format=name.rsplit(".", 1)[1].replace("tif", "tiff").replace("jpg", "jpeg"), **options)
    files[name] = out.getvalue()


alpha = np.kron(rng.integers(0, 256, (2, 3, 1), dtype=np.uint8), np.ones((4, 4, 1), np.uint8))
rgba = Image.fromarray(np.concatenate([blocks, alpha], 2))
for name in ("color.bmp", "color.webp", "color.tif", "color.png"):
    save(name, image, **({"lossless": True} if name.endswith("webp") else {}))
for name in ("alpha.bmp", "alpha.webp", "alpha.tif", "alpha.png"):
    save(name, rgba, **({"lossless": True, "exact": True} if name.endswith("webp") else {}))
for name in ("palette.bmp", "palette.png", "palette.tif", "palette.gif"):
    save(name, image.convert("P", palette=Image.Palette.ADAPTIVE, colors=8))
for name in ("gray.bmp", "gray.png", "gray.tif"):
    save(name, Image.fromarray(gray_ramp))
for name in ("bits.bmp", "bits.png", "bits.tif"):
    save(name, Image.fromarray(gray_ramp > 100))
for name in ("gray_alpha.png", "gray_alpha.tif"):
    save(name, rgba.convert("LA"))
save("pages.webp", image, save_all=True, append_images=[ImageOps.mirror(image)], lossless=True)
save("pages.gif", image, save_all=True, append_images=[ImageOps.mirror(image)])
save("transparent.gif", image.convert("P", palette=Image.Palette.ADAPTIVE, colors=8), transparency=2)
lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
save("lab.tif", ImageCms.applyTransform(Image.new("RGB", (2, 2), (119, 119, 119)), lab))

for name, mode in (("binary.ppm", "RGB"), ("binary.pgm", "L"), ("binary.pbm", "1")):
    out = io.BytesIO()
    image.convert(mode).save(out, format="PPM")
    files[name] = out.getvalue()
files["plain.ppm"] = b"P3\n# a comment\n2 1\n15\n0 7 15  3 # another\n 4 5\n"
files["plain.pgm"] = b"P2\n3 1\n100\n0 50 100\n"
files["plain.pbm"] = b"P1\n3 2\n101\n0 1 0\n"


def bmp(width, height, bits, packing, table, data):
    offset = 54 + len(table)
    head = struct.pack("<2sIHHI", b"BM", offset + len(data), 0, 0, offset)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, len(data), 0, 0, len(table) // 4, 0)
    return head + info + table + data


table = bytes(v for i in range(16) for v in (i * 10, i * 12, i * 14, 0))
files["runs.bmp"] = bmp(4, 2, 8, 1, table, bytes([3, 1, 1, 2, 0, 0, 0, 4, 0, 1, 2, 3, 0, 1]))
files["four_bits.bmp"] = bmp(3, 1, 4, 0, table, bytes([0x1F, 0x20, 0, 0]))
files["sixteen_bits.bmp"] = bmp(4, -1, 16, 0, b"", struct.pack("<4H", 0x7FFF, 0x1F, 0x3E0, 0x7C00))

for turn in range(1, 9):
    exif = Image.Exif()
    exif[274] = turn
    save(f"turn{turn}.png", image, exif=exif.tobytes())
    save(f"turn{turn}.tif", image, exif=exif)
# A picture whose corners tell its turn, in grays, which AVIF keeps.
ramp = Image.fromarray(np.repeat(np.kron(np.array([[10, 90], [170, 250], [60, 130]], np.uint8), np.ones((8, 8), np.uint8))[..., None], 3, 2))
for turn in range(1, 9):
    exif = Image.Exif()
    exif[274] = turn
    save(f"turn{turn}.avif", ramp, exif=exif.tobytes(), quality=100)

tensors = {}
for name, content in files.items():
    with Image.open(io.BytesIO(content)) as read:
        tensors[f"file/{name}"] = np.frombuffer(content, np.uint8)
        tensors[f"pixels/{name}"] = np.ascontiguousarray(np.asarray(read.convert("RGB")))
        tensors[f"upright/{name}"] = np.ascontiguousarray(np.asarray(ImageOps.exif_transpose(read).convert("RGB")))
save_file(tensors, pathlib.Path(__file__).with_suffix(".safetensors"))
