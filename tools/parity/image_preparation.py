"""Writes test/parity/fixtures/image_preparation.json: what becomes of pictures by `preprocess`.

    python3 tools/parity/image_preparation.py

`sizes` and `samples` are made by get_params and get_transform of pytorch-CycleGAN-and-pix2pix
(data/base_dataset.py), of which the functions below are the parts that decide sizes, with Pillow's
BICUBIC; `alpha` are RGBA and LA pictures resized, and laid over white and black by paste; `deep` are
16-bit values resized in mode F. Rows are resized before columns, see images.py.
"""

import base64
import io
import json
import platform
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

SEED = 20170330
rng = np.random.default_rng(SEED)
BICUBIC = Image.Resampling.BICUBIC


def text(data):
    return base64.b64encode(data).decode()


def resize(image, size):
    return image.resize((size[0], image.height), BICUBIC).resize(size, BICUBIC)


def resize_premultiplied(image, size):
    """As Image.resize does with alpha, but for the order of rows and columns."""
    mode = image.mode
    return resize(image.convert({"LA": "La", "RGBA": "RGBa"}[mode]), size).convert(mode)


def scale_width(image, target_size, crop_size):
    ow, oh = image.size
    if ow == target_size and oh >= crop_size:
        return image
    w = target_size
    h = int(max(target_size * oh / ow, crop_size))
    return resize(image, (w, h))


def make_power_2(image, base=4):
    ow, oh = image.size
    h = int(round(oh / base) * base)
    w = int(round(ow / base) * base)
    if h == oh and w == ow:
        return image
    return resize(image, (w, h))


def transformed(image, preprocess, load, crop, at):
    if "resize" in preprocess:
        image = resize(image, (load, load))
    elif "scale_width" in preprocess:
        image = scale_width(image, load, crop)
    if "crop" in preprocess:
        image = image.crop((at[0], at[1], at[0] + crop, at[1] + crop))
    if preprocess == "none":
        image = make_power_2(image)
    return image


def picture(width, height, channels):
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 3 + y / 7), np.cos(x / 5 - y / 3), np.sin((x + y) / 4), np.cos(x * y / 31)]
    image = np.stack([128 + 120 * w for w in waves[-channels:]], -1) + rng.normal(0, 9, (height, width, channels))
    return np.clip(image, 0, 255).astype(np.uint8)


def sample(size, preprocess, load, crop, at=(0, 0)):
    image = Image.fromarray(picture(*size, 3))
    out = io.BytesIO()
    image.save(out, "PNG")
    result = transformed(image, preprocess, load, crop, at)
    return {
        "file": text(out.getvalue()),
        "preprocess": preprocess,
        "load": load,
        "crop": crop,
        "at": list(at),
        "size": list(result.size),
        "pixels": text(np.array(result).tobytes()),
    }


def alpha_case(size, to, channels):
    array = picture(*size, channels)
    array[: size[1] // 3, : size[0] // 2, -1] = 0
    array[-size[1] // 3 :, :, -1] = 255
    image = Image.fromarray(array)
    over = {}
    for name, value in (("white", 255), ("black", 0)):
        plain = Image.new("RGB", image.size, (value,) * 3)
        rgba = image.convert("RGBA")
        plain.paste(rgba.convert("RGB"), mask=rgba.getchannel("A"))
        over[name] = text(np.array(plain).tobytes())
    return {
        "source": [*size, channels],
        "before": text(array.tobytes()),
        "size": list(to),
        "after": text(np.array(resize_premultiplied(image, to)).tobytes()),
        "over": over,
    }


def deep_case(size, to):
    values = rng.integers(0, 4096, (size[1], size[0])).astype(np.float32)
    result = resize(Image.fromarray(values), to)
    return {
        "source": list(size),
        "before": text(values.astype("<u2").tobytes()),
        "size": list(to),
        "after": text(np.array(result).astype("<f4").tobytes()),
    }


def main():
    heights = range(1, 28)
    fixture = {
        "meta": {
            "generator": "tools/parity/image_preparation.py",
            "versions": {
                "pillow": PIL.__version__,
                "numpy": np.__version__,
                "python": platform.python_version(),
            },
            "dtype": "uint8, uint16, float32",
            "seed": SEED,
        },
        "sizes": [
            {"from": [17, h], "none": list(make_power_2(Image.new("L", (17, max(h, 3)))).size), "scale_width": list(scale_width(Image.new("L", (17, h)), 20, 12).size)}
            for h in heights
        ],
        "samples": [
            sample((23, 14), "resize_and_crop", 12, 9, (2, 1)),
            sample((23, 14), "crop", 12, 9, (11, 4)),
            sample((23, 14), "scale_width", 30, 9),
            sample((40, 14), "scale_width", 30, 16),
            sample((30, 19), "scale_width", 30, 16),
            sample((23, 34), "scale_width_and_crop", 17, 12, (5, 10)),
            sample((23, 10), "scale_width_and_crop", 17, 12, (3, 0)),
            sample((23, 14), "none", 12, 9),
            sample((24, 16), "none", 12, 9),
        ],
        "alpha": [alpha_case((19, 13), (11, 20), 4), alpha_case((9, 14), (15, 7), 2)],
        "deep": [deep_case((17, 12), (9, 20)), deep_case((8, 9), (13, 5))],
    }
    path = Path(__file__).parents[2] / "test/parity/fixtures/image_preparation.json"
    path.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
