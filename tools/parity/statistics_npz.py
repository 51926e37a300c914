"""Writes test/parity/fixtures/statistics_npz.json: files of FID statistics, and distances between them.

    python3 -m pip install torch numpy scipy pillow
    python3 -m pip install --no-deps pytorch-fid clean-fid requests tqdm torchvision
    python3 tools/parity/statistics_npz.py

The files are written by pytorch-fid's and clean-fid's own code, of features that this script draws in place
of a network's, and by numpy in the other forms that it has: float32, the other order of bytes, of axes, not
packed, and as version 2 of the format. Distances are those of pytorch-fid and clean-fid.

With a path, that file, which gan-kit wrote, is read by numpy, and what is in it printed.
"""

import argparse
import base64
import importlib.metadata
import io
import json
import pathlib
import tempfile
import zipfile
from unittest import mock

import numpy as np
from cleanfid import fid as clean
from pytorch_fid import fid_score

ROOT = pathlib.Path(__file__).parents[2]
SEED = 41
FEATURES = 5

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("path", nargs="?", help="a .npz file that gan-kit wrote")
arguments = parser.parse_args()
if arguments.path is not None:
    with np.load(arguments.path) as file:
        for key in file.files:
            print(key, file[key].dtype, file[key].shape, file[key].ravel()[:4], file.zip.testzip())
    raise SystemExit

random = np.random.RandomState(SEED)
mixing = random.randn(FEATURES, FEATURES)
real = random.randn(40, FEATURES) @ mixing + 0.5
fake = random.randn(30, FEATURES) * 0.8 @ mixing
statistics = {"real": (real.mean(0), np.cov(real, rowvar=False))}
statistics["fake"] = (fake.mean(0), np.cov(fake, rowvar=False))
mu, sigma = statistics["real"]


def of_pytorch_fid(folder):
    """Its `save_fid_stats`, with features in place of those of its network."""
    (folder / "images").mkdir()
    path = folder / "pytorch.npz"
    with mock.patch.object(fid_score, "InceptionV3"), mock.patch.object(
        fid_score, "get_activations", lambda *_: real
    ):
        fid_score.save_fid_stats([str(folder / "images"), str(path)], 1, "cpu", FEATURES, 0)
    return path.read_bytes()


def of_clean_fid(folder):
    """Its `make_custom_stats`, likewise; it writes into the folder of its package."""
    with mock.patch.object(clean.cleanfid, "__file__", str(folder / "fid.py")), mock.patch.object(
        clean, "get_folder_features", lambda *_, **__: real
    ), mock.patch.object(clean, "build_feature_extractor"):
        clean.make_custom_stats("ours", str(folder), mode="legacy_tensorflow", device="cpu")
    files = sorted((folder / "stats").iterdir())
    return {file.name: file.read_bytes() for file in files}


def written(save, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def version_2():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, array in {"mu": mu, "sigma": sigma}.items():
            data = io.BytesIO()
            np.lib.format.write_array(data, array, version=(2, 0))
            packed.writestr(f"{name}.npy", data.getvalue())
    return file.getvalue()


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    files = {"pytorch-fid": of_pytorch_fid(folder)}
    cleaned = of_clean_fid(folder)
print(list(cleaned))
for key, data in cleaned.items():
    files["features of clean-fid" if "kid" in key else "clean-fid"] = data
half = (mu.astype(np.float32), sigma.astype(np.float32))
files["numpy, not packed"] = written(np.savez, mu=mu, sigma=sigma)
files["numpy, float32"] = written(np.savez_compressed, mu=half[0], sigma=half[1])
files["numpy, big-endian"] = written(np.savez, mu=mu.astype(">f8"), sigma=sigma.astype(">f4"))
files["numpy, by columns"] = written(np.savez, mu=mu, sigma=np.asfortranarray(sigma))
files["numpy, with others"] = written(np.savez, name=np.array("photos"), mu=mu, sigma=sigma, n=np.array(40))
files["numpy, version 2"] = version_2()
distances = {
    "pytorch-fid": fid_score.calculate_frechet_distance(*statistics["real"], *statistics["fake"]),
    "clean-fid": clean.frechet_distance(*statistics["real"], *statistics["fake"]),
}
fixture = {
    "meta": {
        "generator": "tools/parity/statistics_npz.py",
        "versions": {
            package: importlib.metadata.version(package)
            for package in ("pytorch-fid", "clean-fid", "numpy", "scipy")
        },
        "dtype": "float64 but where the name says otherwise",
        "seed": SEED,
    },
    **{key: {"mu": m.tolist(), "sigma": s.ravel().tolist()} for key, (m, s) in statistics.items()},
    "files": {key: base64.b64encode(data).decode() for key, data in files.items()},
    "distances": {key: float(value) for key, value in distances.items()},
}
path = ROOT / "test/parity/fixtures/statistics_npz.json"
path.write_text(json.dumps(fixture) + "\n")
print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
