"""Writes test/parity/fixtures/images.json: image files, what PIL reads from them, resizes, samples.

    python3 tools/parity/images.py

`files` are whole files in base64 with the pixels of PIL.Image.open(…).convert("RGB"); `resized` are
8-bit images before and after PIL's BICUBIC resize, rows before columns: so does every Pillow up to
12, while 13 takes columns first where that is less work, with other roundings; `samples` are what the
data sets of pytorch-CycleGAN-and-pix2pix give for a file, a crop and a flip: halves, grey, resize,
crop and flip of PIL, then (x / 255 − 0.5) / 0.5 in float32 as torchvision has it.
"""

import base64
import io
import json
import platform
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL
import torch
from PIL import Image, features

SEED = 20161125
rng = np.random.default_rng(SEED)
BICUBIC = Image.Resampling.BICUBIC


def picture(width, height, channels=3):
    """Waves, a sharp edge and noise: every filter and every kernel has something to do."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 3 + y / 7), np.cos(x / 5 - y / 3), np.sin((x + y) / 4), np.cos(x * y / 31)]
    image = np.stack([128 + 110 * w for w in waves[:channels]], -1)
    image[height // 4 : height // 2, width // 3 : width // 2] = [250, 8, 60, 128][:channels]
    image = image + rng.normal(0, 5, image.shape)
    return np.clip(image, 0, 255).astype(np.uint8)


def pil(array):
    return Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array)


def text(data):
    return base64.b64encode(data).decode()


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def raw_png(samples, depth, colour_type, palette=None, interlaced=False, filters=(0,)):
    """A PNG of any kind, which PIL can read but not write; filters are used in turn."""
    height, width, count = samples.shape
    out = b""
    step = max(1, count * depth // 8)
    for x, y, dx, dy in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        part = samples[y::dy, x::dx]
        if part.size == 0:
            continue
        bits = part.reshape(len(part), -1)
        bits = (bits[..., None] >> np.arange(depth)[::-1]) & 1
        rows = np.packbits(bits.reshape(len(part), -1).astype(np.uint8), axis=1).astype(int)
        above = np.zeros_like(rows[0])
        for i, row in enumerate(rows):
            left = np.concatenate([np.zeros(step, int), row])[: len(row)]
            corner = np.concatenate([np.zeros(step, int), above])[: len(row)]
            estimate = left + above - corner
            a, b, c = abs(estimate - left), abs(estimate - above), abs(estimate - corner)
            paeth = np.where((a <= b) & (a <= c), left, np.where(b <= c, above, corner))
            kind = filters[i % len(filters)]
            guess = [np.zeros_like(row), left, above, (left + above) // 2, paeth][kind]
            out += bytes([kind]) + ((row - guess) % 256).astype(np.uint8).tobytes()
            above = row
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, int(interlaced))
    data = zlib.compress(out)
    pieces = [data[:20], data[20:]]
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"gAMA", struct.pack(">I", 45455))
        + (b"" if palette is None else chunk(b"PLTE", palette.astype(np.uint8).tobytes()))
        + b"".join(chunk(b"IDAT", piece) for piece in pieces)
        + chunk(b"IEND", b"")
    )


def png_files():
    def integers(depth, count, bound=None):
        return rng.integers(0, bound or 2**depth, (11, 13, count))

    yield "grey 8", saved(pil(picture(13, 11, 1)), "PNG")
    yield "rgb 8", saved(pil(picture(21, 17)), "PNG")
    clear = picture(13, 11, 4)
    clear[..., 3] = 0
    yield "rgb with alpha 0", saved(pil(clear), "PNG")
    yield "grey with alpha", saved(Image.fromarray(picture(13, 11, 2)), "PNG")
    for depth in (1, 2, 4):
        yield f"grey {depth}", raw_png(integers(depth, 1), depth, 0)
    palette = rng.integers(0, 256, (11, 3))
    yield "palette 4", raw_png(integers(4, 1, 11), 4, 3, palette)
    yield "palette 1", raw_png(integers(1, 1), 1, 3, palette[:2])
    yield "palette 8", raw_png(integers(8, 1, 11), 8, 3, palette, filters=(1, 4))
    yield "rgb 16", raw_png(integers(16, 3), 16, 2, filters=(0, 1, 2, 3, 4))
    yield "rgb 16 with alpha", raw_png(integers(16, 4), 16, 6, filters=(4, 3))
    yield "all filters", raw_png(integers(8, 3), 8, 2, filters=(4, 3, 2, 1, 0))
    yield "all filters, 2 bits", raw_png(integers(2, 1), 2, 0, filters=(3, 4, 1, 2))
    yield "interlaced", raw_png(integers(8, 3), 8, 2, interlaced=True, filters=(1, 2, 3, 4))
    yield "interlaced, 2 bits", raw_png(integers(2, 1), 2, 0, interlaced=True, filters=(0, 4))
    yield "interlaced, 3 × 2", raw_png(integers(8, 1)[:2, :3], 8, 0, interlaced=True)


def jpeg_files():
    image = pil(picture(45, 37))
    yield "4:4:4", saved(image, "JPEG", quality=92, subsampling=0)
    yield "4:2:2", saved(image, "JPEG", quality=85, subsampling=1)
    yield "4:2:0", saved(image, "JPEG", quality=85, subsampling=2)
    yield "progressive", saved(image, "JPEG", quality=85, progressive=True)
    yield "grey", saved(image.convert("L"), "JPEG", quality=85)
    yield "restarts", saved(image, "JPEG", quality=80, restart_marker_blocks=2)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter
    yield "turned by EXIF", saved(image, "JPEG", quality=85, exif=exif)


def read(data):
    return np.array(Image.open(io.BytesIO(data)).convert("RGB"))


def resize(image, size):
    rows = image.resize((size[0], image.height), BICUBIC)
    return rows.resize(size, BICUBIC)


def resized(source, size):
    array = picture(*source)
    return {
        "source": list(source),
        "size": list(size),
        "before": text(array.tobytes()),
        "after": text(np.array(resize(pil(array), size)).tobytes()),
    }


def transformed(image, load, crop, at, flip, channels):
    if channels == 1:
        image = image.convert("L")
    if load is not None:
        image = resize(image, (load, load))
    image = image.crop((*at, at[0] + crop, at[1] + crop))
    if flip:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    x = torch.from_numpy(np.array(image)).to(torch.float32) / 255
    return ((x - 0.5) / 0.5).flatten().tolist()


def sample(data, load, crop, at, flip, channels, paired):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = image.size
    middle = width // 2
    parts = [image]
    if paired:
        parts = [image.crop((0, 0, middle, height)), image.crop((middle, 0, width, height))]
    return {
        "file": text(data),
        **{"load": load, "crop": crop, "at": at, "flip": flip, "channels": channels},
        "values": [transformed(part, load, crop, at, flip, channels) for part in parts],
    }


def main():
    files = {
        kind: {
            name: {"file": text(data), "size": list(read(data).shape[1::-1]), "rgb": text(read(data).tobytes())}
            for name, data in make()
        }
        for kind, make in (("png", png_files), ("jpeg", jpeg_files))
    }
    sizes = [
        ((31, 23, 3), (17, 11)),
        ((31, 23, 3), (64, 50)),
        ((40, 9, 1), (11, 30)),
        ((13, 29, 3), (13, 8)),
        ((5, 4, 3), (4, 5)),
        ((11, 34, 3), (20, 12)),
        ((1, 1, 3), (7, 3)),
        ((50, 2, 1), (1, 1)),
        ((64, 64, 1), (63, 65)),
        ((9, 9, 3), (9, 9)),
    ]
    png, jpeg = saved(pil(picture(23, 14)), "PNG"), saved(pil(picture(25, 14)), "JPEG", quality=90)
    fixture = {
        "meta": {
            "generator": "tools/parity/images.py",
            "versions": {
                "pillow": PIL.__version__,
                "libjpeg-turbo": features.version("libjpeg_turbo"),
                "numpy": np.__version__,
                "torch": torch.__version__,
                "python": platform.python_version(),
            },
            "dtype": "uint8, float32",
            "seed": SEED,
        },
        "files": files,
        "refused": {"CMYK": text(saved(pil(picture(8, 8)).convert("CMYK"), "JPEG"))},
        "resized": [resized(*case) for case in sizes],
        "samples": [
            sample(png, 12, 10, (2, 1), True, 3, True),
            sample(png, 12, 12, (0, 0), False, 1, True),
            sample(png, None, 9, (1, 4), True, 3, True),
            sample(jpeg, 17, 9, (8, 3), True, 1, False),
            sample(jpeg, 10, 9, (1, 0), False, 3, False),
        ],
    }
    path = Path(__file__).parents[2] / "test/parity/fixtures/images.json"
    path.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
