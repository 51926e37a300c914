"""Writes test/parity/fixtures/features.json: metrics that compare two sets of features.

    python3 tools/parity/features.py TORCH_FIDELITY IPR PRDC PRD PACGAN

The arguments are checkouts of toshas/torch-fidelity, kynkaat/improved-precision-and-recall-metric,
clovaai/generative-evaluation-prdc, msmsajjadi/precision-recall-distributions and fjxmlzn/PacGAN, whose
functions are run on float64 features; torchmetrics, numpy, scikit-learn, matplotlib and tqdm are installed.

What the functions would take from elsewhere is put in their way: torch-fidelity's package file, which
loads its networks; the eight functions of TensorFlow 1 in IPR's distances, as numpy's; and IPR's and
PacGAN's arrays are float64. Subsets, permutations and cluster labels are what the references drew.
"""

import argparse
import importlib
import json
import platform
import subprocess
import sys
import types
from contextlib import nullcontext
from math import log
from pathlib import Path

import numpy as np
import sklearn
import sklearn.cluster
import torch
import torchmetrics
from torchmetrics.image.inception import InceptionScore

SEED = 20190415
ROOT = Path(__file__).parents[2]
rng = np.random.default_rng(SEED)


def short(x):
    """Multiples of 1/64: exact in float32 and short in decimal."""
    return np.round(np.asarray(x) * 64) / 64


def flat(x):
    return np.asarray(x).ravel().tolist()


def matrix(x):
    return {"shape": list(x.shape), "data": flat(x)}


def normal(n, d, scale=1.0, shift=0.0):
    return short(scale * rng.standard_normal((n, d)) + shift)


def load(name, path, edit=lambda text: text):
    """A module from one file, whose text may be edited."""
    module = types.ModuleType(name)
    exec(compile(edit(path.read_text()), str(path), "exec"), module.__dict__)
    return module


def load_fidelity(checkout):
    package = types.ModuleType("torch_fidelity")
    package.__path__ = [str(checkout / "torch_fidelity")]
    sys.modules["torch_fidelity"] = package
    utils = types.ModuleType("torch_fidelity.utils")
    for name in (
        "create_feature_extractor",
        "extract_featuresdict_from_input_id_cached",
        "resolve_feature_extractor",
        "resolve_feature_layer_for_metric",
    ):
        setattr(utils, name, None)
    sys.modules["torch_fidelity.utils"] = utils
    return [importlib.import_module(f"torch_fidelity.metric_{m}") for m in ("isc", "kid", "prc")]


def load_ipr(checkout):
    tf = types.ModuleType("tensorflow")
    tf.variable_scope = lambda name: nullcontext()
    tf.reduce_sum, tf.square, tf.reshape, tf.maximum = np.sum, np.square, np.reshape, np.maximum
    tf.matmul = lambda a, b, transpose_a, transpose_b: a @ b.T
    sys.modules["tensorflow"] = tf
    path = checkout / "precision_recall.py"
    return load("ipr", path, lambda text: text.replace("np.float32", "np.float64"))


# Inception score


def inception_case(isc, n, classes, splits, scale, seed):
    logits = normal(n, classes, scale)
    score = isc.isc_features_to_metric(torch.tensor(logits), splits, True, seed)
    return {
        "logits": matrix(logits),
        "splits": splits,
        "ddof": 0,
        "permutation": flat(np.random.RandomState(seed).permutation(n)),
        "mean": score["inception_score_mean"],
        "std": score["inception_score_std"],
    }


def torchmetrics_case(n, classes, splits, scale, seed):
    """With n a multiple of splits, where its chunks are ours."""
    logits = normal(n, classes, scale)
    metric = InceptionScore(feature=torch.nn.Identity(), splits=splits)
    metric.update(torch.tensor(logits))
    torch.manual_seed(seed)
    mean, std = metric.compute()
    torch.manual_seed(seed)
    return {
        "logits": matrix(logits),
        "splits": splits,
        "ddof": 1,
        "permutation": flat(torch.randperm(n)),
        "mean": mean.item(),
        "std": std.item(),
    }


# Kernel distance


def kernel_case(kid, name, real, fake, subsets, size, seed, **kernel):
    options = dict(kid_subsets=subsets, kid_subset_size=size, rng_seed=seed, verbose=False, **kernel)
    score = kid.kid_features_to_metric(torch.tensor(real), torch.tensor(fake), **options)
    draw = np.random.RandomState(seed)
    indices = {"real": [], "fake": []}
    for _ in range(subsets):
        indices["real"].append(draw.choice(len(real), size, replace=False))
        indices["fake"].append(draw.choice(len(fake), size, replace=False))
    k = {"poly": kid.kernel_poly, "rbf": kid.kernel_rbf}[kernel.get("kid_kernel", "poly")]
    mmd = {"unbiased": [], "biased": []}
    for i, j in zip(indices["real"], indices["fake"]):
        x, y = real[i], fake[j]
        grams = k(x, x, **kernel), k(x, y, **kernel), k(y, y, **kernel)
        for estimator, values in mmd.items():
            values.append(kid.mmd2(*grams, mmd_est=estimator))
    assert np.mean(mmd["unbiased"]) == score["kernel_inception_distance_mean"]
    names = {
        "kid_kernel_poly_degree": "degree",
        "kid_kernel_poly_gamma": "gamma",
        "kid_kernel_poly_coef0": "coefficient",
        "kid_kernel_rbf_sigma": "sigma",
    }
    chosen = {"kernel": "rbf"} if kernel.get("kid_kernel") == "rbf" else {}
    return {
        "name": name,
        "real": matrix(real),
        "fake": matrix(fake),
        "options": chosen | {names[key]: kernel[key] for key in kernel if key in names},
        "indices": {key: [flat(i) for i in drawn] for key, drawn in indices.items()},
        "mean": score["kernel_inception_distance_mean"],
        "std": score["kernel_inception_distance_std"],
        "std1": float(np.std(mmd["unbiased"], ddof=1)) if subsets > 1 else None,
        "biased": float(np.mean(mmd["biased"])),
    }


def kernel_cases(kid):
    real, fake = normal(30, 5), normal(36, 5, 1.2, 0.3)
    wide = normal(9, 24), normal(8, 24, 0.5)
    long = normal(70, 3), normal(140, 3, 1, 1)
    square = dict(kid_kernel_poly_degree=2, kid_kernel_poly_gamma=0.25, kid_kernel_poly_coef0=0.5)
    return [
        kernel_case(kid, "many subsets of few", real, fake, 12, 20, 1),
        kernel_case(kid, "few subsets of many", *long, 2, 9, 2),
        kernel_case(kid, "more than a tile", *long, 2, 68, 3),
        kernel_case(kid, "another polynomial", real, fake, 3, 12, 4, **square),
        kernel_case(kid, "rbf", real, fake, 5, 12, 5, kid_kernel="rbf"),
        kernel_case(kid, "narrow rbf", *long, 5, 12, 6, kid_kernel="rbf", kid_kernel_rbf_sigma=0.5),
        kernel_case(kid, "fewer samples than features", *wide, 4, 7, 7),
        kernel_case(kid, "pairs", real, fake, 6, 2, 8),
        kernel_case(kid, "one subset", real, fake, 1, 30, 9),
    ]


# Neighbours


class Distances:
    def __init__(self, ipr):
        self.ipr = ipr

    def pairwise_distances(self, u, v):
        return self.ipr.batch_pairwise_distances(u, v)


def neighbor_case(prc, ipr, prdc, name, real, fake, neighbors):
    fidelity = prc.prc_features_to_metric(
        torch.tensor(fake), torch.tensor(real), prc_neighborhood=neighbors, save_cpu_ram=False, verbose=False
    )
    block = Distances(ipr)
    sizes = dict(row_batch_size=16, col_batch_size=32, nhood_sizes=[neighbors])
    ofReal = ipr.ManifoldEstimator(block, real, **sizes)
    ofFake = ipr.ManifoldEstimator(block, fake, **sizes)
    kept = ipr.ManifoldEstimator(block, real, clamp_to_percentile=50, **sizes)
    inReal, realism = ofReal.evaluate(fake, return_realism=True)
    _, clamped = kept.evaluate(fake, return_realism=True)
    strict = None
    if min(len(real), len(fake)) >= neighbors + 2:
        strict = {key: float(value) for key, value in prdc.compute_prdc(real, fake, neighbors).items()}
    return {
        "name": name,
        "real": matrix(real),
        "fake": matrix(fake),
        "neighbors": neighbors,
        "fidelity": {"precision": fidelity["precision"], "recall": fidelity["recall"], "f1": fidelity["f_score"]},
        "ipr": {
            "precision": float(inReal.mean()),
            "recall": float(ofFake.evaluate(real).mean()),
            "realism": flat(realism),
            "clamped": flat(clamped),
        },
        "prdc": strict,
    }


def neighbor_cases(*references):
    def case(*arguments):
        return neighbor_case(*references, *arguments)

    grid = rng.integers(-2, 3, (60, 2)).astype(np.float64)
    copies = np.repeat(normal(4, 3), 6, axis=0)
    same = normal(15, 2)
    return [
        case("overlapping", normal(40, 6), normal(30, 6, 0.8, 0.5), 3),
        case("five neighbours", normal(33, 4), normal(41, 4, 1.3), 5),
        case("ties on a grid", grid[:32], grid[32:], 3),
        case("copies of few", copies, np.vstack([copies[::6], normal(6, 3)]), 2),
        case("disjoint", normal(12, 3), normal(14, 3, 1, 50), 3),
        case("the same set", same, same, 1),
        case("fewer samples than features", normal(8, 20), normal(7, 20), 3),
        case("two each", normal(2, 3), normal(2, 3), 1),
    ]


# Precision and recall for distributions


class Recorded:
    """MiniBatchKMeans with a seed, which keeps its labels."""

    labels = []
    kind = sklearn.cluster.MiniBatchKMeans

    def __init__(self, **options):
        self.kmeans = Recorded.kind(random_state=len(Recorded.labels), **options)

    def fit(self, data):
        self.kmeans.fit(data)
        Recorded.labels.append(self.kmeans.labels_)
        return self.kmeans


def distribution_case(prd, name, real, fake, clusters, angles, runs, beta):
    Recorded.labels = []
    sklearn.cluster.MiniBatchKMeans = Recorded
    precision, recall = prd.compute_prd_from_embedding(
        fake, real, clusters, angles, runs, enforce_balance=len(real) == len(fake)
    )
    sklearn.cluster.MiniBatchKMeans = Recorded.kind
    f_beta, f_inverse = prd.prd_to_max_f_beta_pair(precision, recall, beta)
    return {
        "name": name,
        "real": matrix(real),
        "fake": matrix(fake),
        "clusters": clusters,
        "angles": angles,
        "beta": beta,
        "labels": [{"fake": flat(l[: len(fake)]), "real": flat(l[len(fake) :])} for l in Recorded.labels],
        "precision": flat(precision),
        "recall": flat(recall),
        "fBeta": float(f_beta),
        "fInverseBeta": float(f_inverse),
    }


def curve_case(prd, name, real, fake, angles=11, epsilon=1e-10):
    real, fake = np.array(real, float), np.array(fake, float)
    precision, recall = prd.compute_prd(fake / fake.sum(), real / real.sum(), angles, epsilon)
    f_beta, f_inverse = prd.prd_to_max_f_beta_pair(precision, recall)
    return {
        "name": name,
        "real": flat(real),
        "fake": flat(fake),
        "angles": angles,
        "epsilon": epsilon,
        "precision": flat(precision),
        "recall": flat(recall),
        "fBeta": float(f_beta),
        "fInverseBeta": float(f_inverse),
    }


def distribution_cases(prd):
    modes = 8 * rng.standard_normal((5, 3))
    real = short(modes[rng.integers(0, 5, 60)] + rng.standard_normal((60, 3)))
    fake = short(modes[rng.integers(0, 3, 60)] + rng.standard_normal((60, 3)))
    return {
        "clustered": [
            distribution_case(prd, "modes lost", real, fake, 6, 101, 4, 8),
            distribution_case(prd, "two runs, another beta", real[:40], normal(40, 3), 4, 31, 2, 3),
            distribution_case(prd, "unequal sizes", real, fake[:25], 5, 31, 1, 8),
        ],
        "curves": [
            curve_case(prd, "shifted", [5, 3, 2, 0], [0, 1, 4, 5]),
            curve_case(prd, "equal", [1, 2, 3], [2, 4, 6], 101),
            curve_case(prd, "disjoint", [1, 1, 0, 0], [0, 0, 1, 3]),
            curve_case(prd, "one state", [7], [2], 3),
            curve_case(prd, "a large epsilon", [1, 2, 0, 4], [3, 1, 1, 1], 25, 0.05),
            curve_case(prd, "F where its guard counts", [1, 63, 0], [1, 0, 0], 1001),
        ],
    }


# Modes


def mode_case(kld, name, modes, counts):
    counts = np.array(counts, float)
    shares = counts / counts.sum()
    return {
        "name": name,
        "modes": modes,
        "counts": flat(counts),
        "found": int((counts > 0).sum()),
        "reverseKL": kld(None, shares, [1 / modes] * modes),
    }


def mode_cases(checkout):
    path = checkout / "stacked_MNIST_experiments/VEEGAN_experiment/model.py"
    text = path.read_text()
    start = text.index("class JSD")
    lines = text[start : text.index("def JSD_core")].split("\n")
    space = {"log": log}
    exec("\n".join(lines[:-1]) + "\n", space)
    kld = space["JSD"].KLD
    return [
        mode_case(kld, "uneven", 8, [10, 3, 0, 7, 1, 0, 0, 22]),
        mode_case(kld, "all alike", 5, [4, 4, 4, 4, 4]),
        mode_case(kld, "one", 25, [0] * 7 + [100] + [0] * 17),
        mode_case(kld, "thousand", 1000, rng.poisson(1.5, 1000)),
    ]


def commit(checkout):
    run = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=checkout, capture_output=True, text=True, check=True)
    return run.stdout.strip()


def main():
    parser = argparse.ArgumentParser()
    names = ("torch_fidelity", "ipr", "prdc", "prd", "pacgan")
    for name in names:
        parser.add_argument(name, type=Path)
    paths = vars(parser.parse_args())
    isc, kid, prc = load_fidelity(paths["torch_fidelity"])
    ipr = load_ipr(paths["ipr"])
    prdc = load("prdc", paths["prdc"] / "prdc/prdc.py")
    prd = load("prd", paths["prd"] / "prd_score.py")
    fixture = {
        "meta": {
            "generator": "tools/parity/features.py",
            "references": {name: commit(paths[name]) for name in names},
            "versions": {
                "python": platform.python_version(),
                "numpy": np.__version__,
                "torch": torch.__version__,
                "torchmetrics": torchmetrics.__version__,
                "scikit-learn": sklearn.__version__,
            },
            "dtype": "float64",
            "seed": SEED,
        },
        "inception": [
            inception_case(isc, 43, 6, 10, 2.0, 2020),
            inception_case(isc, 20, 9, 3, 0.5, 7),
            torchmetrics_case(40, 6, 5, 2.0, 3),
            torchmetrics_case(24, 4, 2, 8.0, 4),
        ],
        "kernel": kernel_cases(kid),
        "neighbors": neighbor_cases(prc, ipr, prdc),
        **distribution_cases(prd),
        "modes": mode_cases(paths["pacgan"]),
    }
    path = ROOT / "test/parity/fixtures/features.json"
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
