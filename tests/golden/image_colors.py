"""Small image files of rarer colors, and their pixels as Pillow has them.

    python tests/golden/image_colors.py        (Pillow 13, NumPy, safetensors)

For each file: its bytes as `file/NAME`, `Image.convert("RGB")` as `pixels/NAME`, the same after
`ImageOps.exif_transpose` as `upright/NAME`.
"""

import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps
from safetensors.numpy import save_file

rng = np.random.default_rng(1)
blocks = np.kron(rng.integers(0, 256, (2, 3, 4), dtype=np.uint8), np.ones((4, 4, 1), np.uint8))
rgb = np.ascontiguousarray(blocks[..., :3])
gray = np.ascontiguousarray(blocks[..., 0])
height, width = gray.shape
image = Image.fromarray(rgb)
files = {}


def save(name, picture, **options):
    out = io.BytesIO()
    picture.save(out, format={"jpg": "JPEG", "tif": "TIFF", "png": "PNG", "gif": "GIF"}[name[-3:]], **options)
    files[name] = out.getvalue()


inks = Image.fromarray(blocks, "CMYK")
save("cmyk.jpg", inks, quality=100)
save("cmyk_progressive.jpg", inks, quality=100, progressive=True)
save("cmyk.tif", inks)
save("ycbcr.tif", image.convert("YCbCr"))
save("progressive.jpg", image, quality=95, progressive=True)
save("float.tif", Image.fromarray(gray.astype(np.float32)))
save("int32.tif", Image.fromarray(gray.astype(np.int32)))
for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
    save(f"{compression}.tif", image, compression=compression)
save("group4.tif", image.convert("1"), compression="group4")
save("interlaced.gif", image.quantize(8), interlace=1)
save("transparent_color.png", image, transparency=tuple(int(value) for value in rgb[0, 0]))
save("animated.png", image, save_all=True, append_images=[ImageOps.mirror(image)])


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


wide = rgb.astype(np.uint16) * 257 - (rgb > 0) * 100
rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide)
head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
files["sixteen_bits.png"] = (
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
)


def tiff(strips, photometric, bits, samples, order="<", planar=1, extra=None):
    """A TIFF file by hand; all its values of tags but the strips' places and lengths are short."""
    entries = {256: [width], 257: [height], 258: [bits] * samples, 259: [1], 262: [photometric], 277: [samples]}
    entries |= {273: strips, 278: [height], 279: [len(strip) for strip in strips], 284: [planar]}
    if extra is not None:
        entries[338] = [extra]
    size = {tag: len(values) * (4 if tag in (273, 279) else 2) for tag, values in entries.items()}
    more = 8 + 2 + 12 * len(entries) + 4
    data = more + sum(length for length in size.values() if length > 4)
    entries[273] = [data + sum(map(len, strips[:i])) for i in range(len(strips))]
    head, body = struct.pack(order + "2sHIH", b"II" if order == "<" else b"MM", 42, 8, len(entries)), b""
    for tag in sorted(entries):
        letter, kind = ("I", 4) if tag in (273, 279) else ("H", 3)
        packed = b"".join(struct.pack(order + letter, value) for value in entries[tag])
        head += struct.pack(order + "HHI", tag, kind, len(entries[tag]))
        if len(packed) > 4:
            head += struct.pack(order + "I", more + len(body))
            body += packed
        else:
            head += packed.ljust(4, b"\0")
    return head + b"\0\0\0\0" + body + b"".join(strips)


files["planar.tif"] = tiff([rgb[..., i].tobytes() for i in range(3)], 2, 8, 3, planar=2)
files["big_endian.tif"] = tiff([rgb.tobytes()], 2, 8, 3, order=">")
files["white_is_zero.tif"] = tiff([gray.tobytes()], 0, 8, 1)
files["two_samples.tif"] = tiff([rgb[..., :2].tobytes()], 1, 8, 2, extra=0)
files["associated_alpha.tif"] = tiff([blocks.tobytes()], 2, 8, 4, extra=1)
files["sixteen_bits.tif"] = tiff([(rgb.astype("<u2") * 257).tobytes()], 2, 16, 3)

tensors = {}
for name, content in files.items():
    with Image.open(io.BytesIO(content)) as read:
        tensors[f"file/{name}"] = np.frombuffer(content, np.uint8)
        tensors[f"pixels/{name}"] = np.ascontiguousarray(np.asarray(read.convert("RGB")))
        tensors[f"upright/{name}"] = np.ascontiguousarray(np.asarray(ImageOps.exif_transpose(read).convert("RGB")))
save_file(tensors, pathlib.Path(__file__).with_suffix(".safetensors"))
