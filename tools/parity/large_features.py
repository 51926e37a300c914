"""Computes the metrics of large features by the reference code, for a test that compares gan-kit with it.

    python3 -m pip install numpy scipy torch prdc scikit-learn
    python3 -m pip install --no-deps torch-fidelity
    python3 tools/parity/large_features.py FOLDER
    GAN_KIT_LARGE_FEATURES=FOLDER npx vitest run --project 'node contracts' test/parity/large_features.test.ts

The features, of Inception's size, are a hash of their place that both sides make (bench/hash.ts,
bench/peers/hashed.py), with columns of falling size, as those of networks have them. FOLDER gets one file
of results, permutations and subsets. A minute and 2 GB on one core.

Frechet distances are torch-fidelity's (eigenvalues of the product) and those of scipy.linalg.sqrtm; where
samples are fewer than features both are compared with the nuclear norm of numpy.linalg.svd. IS, KID and PRC
are torch-fidelity's functions, prdc is prdc's, all in float64.
"""

import importlib
import importlib.util
import json
import platform
import sys
import time
import types
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import scipy
import scipy.linalg
import torch
from prdc import compute_prdc

sys.path.insert(0, str(Path(__file__).parents[2] / "bench" / "peers"))
from hashed import fill  # noqa: E402

# without what the package imports for networks and images, which nothing here needs
package = types.ModuleType("torch_fidelity")
package.__path__ = list(importlib.util.find_spec("torch_fidelity").submodule_search_locations)
sys.modules["torch_fidelity"] = package
sys.modules["torch_fidelity.utils"] = MagicMock()
DEFAULTS = importlib.import_module("torch_fidelity.defaults").DEFAULTS
fid, kid, prc, isc = (
    importlib.import_module(f"torch_fidelity.metric_{name}") for name in ("fid", "kid", "prc", "isc")
)

SEED = 20170626
SIZE = 2048


def features(n, seed, shift, columns=SIZE):
    """Column j is about 1 / (1 + j / 64) wide, and moved by `shift` times that; float32 holds each value."""
    scale = 1 / (1 + torch.arange(columns, dtype=torch.float64) / 64)
    x = fill((n, columns), seed, 1.0).double()
    return ((x + shift) * scale).float().double()


def frechet(a, b, exact):
    began = time.time()
    statistics = [fid.fid_features_to_statistics(x) for x in (a, b)]
    (m1, s1), (m2, s2) = ((s["mu"], s["sigma"]) for s in statistics)
    rest = ((m1 - m2) ** 2).sum() + np.trace(s1) + np.trace(s2)
    result = {
        "traces": float(np.trace(s1) + np.trace(s2)),
        "torchFidelity": fid.fid_statistics_to_metric(*statistics, False)["frechet_inception_distance"],
    }
    if exact:
        centred = [((x - x.mean(0)) / (len(x) - 1) ** 0.5).numpy() for x in (a, b)]
        norm = np.linalg.svd(centred[0] @ centred[1].T, compute_uv=False).sum()
        result["nuclearNorm"] = float(rest - 2 * norm)
    else:
        result["sqrtm"] = float(rest - 2 * np.trace(scipy.linalg.sqrtm(s1 @ s2)).real)
    print(f"frechet: {time.time() - began:.0f} s", flush=True)
    return result


def subsets(rng, n, size, count):
    return [[int(i) for i in rng.choice(n, size, replace=False)] for _ in range(count)]


def kernel(a, b, size, count, **kwargs):
    """The subsets that torch-fidelity draws from its seed, and what it makes of them."""
    rng = np.random.RandomState(DEFAULTS["rng_seed"])
    drawn = [(subsets(rng, len(a), size, 1)[0], subsets(rng, len(b), size, 1)[0]) for _ in range(count)]
    found = kid.kid_features_to_metric(a, b, kid_subsets=count, kid_subset_size=size, verbose=False, **kwargs)
    return {
        "fake": [one for one, _ in drawn],
        "real": [other for _, other in drawn],
        "mean": found["kernel_inception_distance_mean"],
        "std": found["kernel_inception_distance_std"],
    }


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    a, b = features(2600, SEED, 0.0), features(2500, SEED + 1, 0.05)
    logits = (6 * fill((5000, 1008), SEED + 2, 1.0)).double()
    few = a[:1500], b[:1500]
    precision, recall = prc.calculate_precision_recall_full(*few, 3)
    print("precision and recall", flush=True)
    result = {
        "meta": {
            "generator": "tools/parity/large_features.py",
            "versions": {
                "python": platform.python_version(),
                "numpy": np.__version__,
                "scipy": scipy.__version__,
                "torch": torch.__version__,
                "torch-fidelity": importlib.import_module("torch_fidelity.version").__version__,
            },
            "seed": SEED,
        },
        "full": frechet(a, b, False),
        "singular": frechet(a[:600], b[:500], True),
        "inceptionScore": {
            "permutation": [int(i) for i in np.random.RandomState(2020).permutation(len(logits))],
            **{k.split("_")[-1]: v for k, v in isc.isc_features_to_metric(logits).items()},
        },
        "polynomial": kernel(a, b, 1000, 4, kid_kernel="poly"),
        "rbf": kernel(a, b, 400, 3, kid_kernel="rbf"),
        "precisionRecall": {"precision": precision, "recall": recall},
        "prdc": compute_prdc(few[1].numpy(), few[0].numpy(), 5),
    }
    (folder / "large_features.json").write_text(json.dumps(result))


main()
