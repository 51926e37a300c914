"""Writes test/parity/fixtures/image_metrics.json: scores of pairs of images, from scikit-image and lpips.

    python3 tools/parity/image_metrics.py

Needs scikit-image, torch and lpips (its torchvision is not needed: the networks are left out). Images and
features are multiples of 1/256, which float32 holds exactly; all is computed in float64. SSIM and PSNR are
skimage.metrics'; the perceptual distance is the forward pass of lpips.LPIPS over two layers of given
features, with given weights and as the baseline without.
"""

import json
import sys
import types
from pathlib import Path

sys.modules.setdefault("torchvision", types.ModuleType("torchvision"))
sys.modules["torchvision"].models = None

import lpips  # noqa: E402
import numpy as np  # noqa: E402
import skimage  # noqa: E402
import torch  # noqa: E402
from skimage.metrics import peak_signal_noise_ratio, structural_similarity  # noqa: E402

SEED = 20040413
OUT = Path(__file__).parents[2] / "test/parity/fixtures/image_metrics.json"
rng = np.random.default_rng(SEED)


def short(x):
    return np.round(np.asarray(x) * 256) / 256


def flat(x):
    return np.asarray(x).ravel().tolist()


def pair_case(name, shape, value_range, noise, **options):
    """Smooth pictures with noise on them; the low half of the range is where most values lie."""
    count, height, width, channels = shape
    rows, columns = np.mgrid[0:height, 0:width]
    phase = rng.uniform(0, 6, (count, 1, 1, channels))
    wave = np.sin(0.5 * rows[None, :, :, None] + phase) * np.cos(0.3 * columns[None, :, :, None] - phase)
    target = short(value_range * (0.25 + 0.2 * wave))
    prediction = short(target + noise * value_range * rng.standard_normal(shape))
    names = {"windowSize": "win_size", "sigma": "sigma", "k1": "K1", "k2": "K2"}
    ssim = [
        structural_similarity(
            *(x, y),
            channel_axis=-1,
            data_range=value_range,
            gaussian_weights=True,
            use_sample_covariance=False,
            **({"sigma": 1.5} | {names[k]: v for k, v in options.items()}),
        )
        for x, y in zip(target, prediction)
    ]
    psnr = [peak_signal_noise_ratio(x, y, data_range=value_range) for x, y in zip(target, prediction)]
    return {
        "name": name,
        "shape": list(shape),
        "range": value_range,
        "options": options,
        "target": flat(target),
        "prediction": flat(prediction),
        "ssim": [float(s) for s in ssim],
        "psnr": [float(p) for p in psnr],
    }


class Features(torch.nn.Module):
    """In the place of a network: features that were made beforehand, of the first image and then of the second."""

    def __init__(self, *sides):
        super().__init__()
        self.sides = list(sides)

    def forward(self, x):
        return self.sides.pop(0)


def perceptual_case(name, layers, weighted):
    count = layers[0][0]
    sides = [[short(rng.standard_normal(shape)) for shape in layers] for _ in range(2)]
    sides[1][0][0, 0, 0] = 0  # a place without features
    weights = [short(rng.uniform(0, 2, shape[-1])) for shape in layers]
    model = lpips.LPIPS.__new__(lpips.LPIPS)
    torch.nn.Module.__init__(model)
    model.version, model.lpips, model.spatial, model.L = "0.0", weighted, False, len(layers)
    model.net = Features(*([torch.tensor(f).movedim(-1, 1) for f in side] for side in sides))
    model.lins = torch.nn.ModuleList(lpips.NetLinLayer(shape[-1]) for shape in layers)
    for lin, w in zip(model.lins, weights):
        lin.model[-1].weight.data = torch.tensor(w)[None, :, None, None]
    model.double().eval()
    images = torch.zeros(count, 3, 2, 2, dtype=torch.float64)
    with torch.no_grad():
        distances = model(images, images)
    return {
        "name": name,
        "layers": [list(shape) for shape in layers],
        "target": [flat(f) for f in sides[0]],
        "prediction": [flat(f) for f in sides[1]],
        **({"weights": [flat(w) for w in weights]} if weighted else {}),
        "distances": flat(distances),
    }


fixture = {
    "meta": {
        "generator": "tools/parity/image_metrics.py",
        "versions": {
            "numpy": np.__version__,
            "scikit-image": skimage.__version__,
            "lpips": "0.1.4",
            "torch": torch.__version__,
        },
        "dtype": "float64",
        "seed": SEED,
    },
    "pairs": [
        pair_case("grey", (2, 16, 13, 1), 2, 0.05),
        pair_case("colour", (2, 14, 20, 3), 1, 0.2),
        pair_case("bytes, other constants", (1, 15, 15, 2), 256, 0.1, k1=0.02, k2=0.05),
        pair_case("another window", (1, 12, 17, 1), 2, 0.1, sigma=1.0, windowSize=9),
        pair_case("a window of one place", (1, 11, 11, 1), 2, 0.3),
    ],
    "perceptual": [
        perceptual_case("weighted", [(2, 3, 4, 5), (2, 2, 1, 3)], True),
        perceptual_case("baseline", [(3, 2, 2, 4)], False),
    ],
}
OUT.write_text(json.dumps(fixture) + "\n")
print(f"{OUT.name}: {OUT.stat().st_size / 1024:.0f} kB")
