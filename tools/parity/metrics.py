"""Fixtures for the metrics and for the float64 linear algebra under them.

Run: python3 tools/parity/metrics.py

Everything is computed in float64 from inputs that float32 holds exactly and that are short in
decimal. The Inception score is the equation of arXiv 1606.03498 with contiguous splits and numpy's
default deviation; the Fréchet distance is equation 6 of arXiv 1706.08500 with numpy.cov and
scipy.linalg.sqrtm, and with Tr sqrt as the sum of the roots of the eigenvalues of the product. For
singular and ill-conditioned covariances neither of these has more than some eight digits, so there
Tr sqrt comes from mpmath with 60 digits, and `sqrtm` and `eigvals` say what the usual routes give.
"""

import json
import pathlib

import mpmath
import numpy as np
import scipy
import scipy.linalg
from scipy.special import log_softmax

SEED = 20160610
OUT = pathlib.Path(__file__).parents[2] / "test" / "parity" / "fixtures" / "metrics.json"
rng = np.random.default_rng(SEED)
mpmath.mp.dps = 60


def short(x):
    """Multiples of 1/256: exact in float32 and short in decimal."""
    return np.round(np.asarray(x) * 256) / 256


def flat(x):
    return np.asarray(x).ravel().tolist()


def inception_score(log_p, splits):
    n = len(log_p)
    scores = []
    for i in range(splits):
        part = log_p[i * n // splits : (i + 1) * n // splits]
        p = np.exp(part)
        q = p.mean(axis=0, keepdims=True)
        scores.append(np.exp((p * (part - np.log(q))).sum(axis=1).mean()))
    return {"mean": float(np.mean(scores)), "std": float(np.std(scores))}


def inception_case(n, classes, splits, scale):
    logits = short(scale * rng.standard_normal((n, classes)))
    expected = inception_score(log_softmax(logits, axis=1), splits)
    return {"shape": [n, classes], "splits": splits, "logits": flat(logits), "expected": expected}


def exact_trace_sqrt(a, b):
    """Tr sqrt(ab) of two covariance matrices: the eigenvalues of sqrt(a) b sqrt(a)."""
    values, vectors = mpmath.eigsy(mpmath.matrix(a))
    root = vectors * mpmath.diag([mpmath.sqrt(max(v, 0)) for v in values]) * vectors.T
    inner = root * mpmath.matrix(b) * root
    inner = (inner + inner.T) / 2
    return sum(mpmath.sqrt(max(v, 0)) for v in mpmath.eigsy(inner, eigvals_only=True))


def exact_covariance(x):
    """As numpy.cov, without its rounding: where eigenvalues are zero, rounding is all there is."""
    m = mpmath.matrix(x)
    n, d = x.shape
    mean = [mpmath.fsum(m[i, j] for i in range(n)) / n for j in range(d)]
    centred = mpmath.matrix(n, d)
    for i in range(n):
        for j in range(d):
            centred[i, j] = m[i, j] - mean[j]
    return centred.T * centred / (n - 1)


def frechet(mean_a, cov_a, mean_b, cov_b, trace_sqrt):
    value = ((mean_a - mean_b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * trace_sqrt
    return float(value) if np.isfinite(value) else None


def frechet_case(name, a, b):
    a, b = short(a), short(b)
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    cov_a, cov_b = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (a, b))
    product = cov_a @ cov_b
    root = np.trace(scipy.linalg.sqrtm(product)).real
    eigen = np.sqrt(np.linalg.eigvals(product).astype(np.complex128)).sum().real
    exact = exact_trace_sqrt(exact_covariance(a), exact_covariance(b))
    return {
        "name": name,
        "a": {"shape": list(a.shape), "data": flat(a)},
        "b": {"shape": list(b.shape), "data": flat(b)},
        "mean": flat(mean_a),
        "covariance": flat(cov_a),
        "trace": float(np.trace(cov_a) + np.trace(cov_b)),
        "expected": frechet(mean_a, cov_a, mean_b, cov_b, float(exact)),
        "sqrtm": frechet(mean_a, cov_a, mean_b, cov_b, root),
        "eigvals": frechet(mean_a, cov_a, mean_b, cov_b, eigen),
    }


def normal(n, d, scale=1.0):
    return scale * rng.standard_normal((n, d))


def frechet_cases():
    base = normal(60, 9) @ normal(9, 9)
    decay = 2.0 ** -np.arange(8) * 4
    low_a, low_b = normal(40, 3) @ short(normal(3, 8)), normal(40, 5) @ short(normal(5, 8))
    half = short(np.hstack([normal(30, 4), np.zeros((30, 4))]))
    return [
        frechet_case("full rank", base, normal(45, 9, 1.5) + 0.7),
        frechet_case("fewer samples than features", normal(7, 16), normal(11, 16, 2) - 0.3),
        frechet_case("ill-conditioned", normal(80, 8) * decay, normal(80, 8) * decay[::-1]),
        frechet_case("low rank", low_a, low_b),
        frechet_case("disjoint supports", half, half[:, ::-1] * 2),
        frechet_case("identical", base, base),
        frechet_case("far from zero", normal(50, 6) + 4000, normal(50, 6, 0.5) + 4001),
        frechet_case("one feature", normal(20, 1), normal(30, 1, 3) + 2),
    ]


def kac_murdock_szego(n, rho):
    i = np.arange(n)
    return rho ** np.abs(i[:, None] - i[None])


def wide_case():
    """Both sides can make these matrices, so d = 128 needs no stored data."""
    a, b = kac_murdock_szego(128, 0.9), kac_murdock_szego(128, 0.5)
    return {"rho": [0.9, 0.5], "n": 128, "trace_sqrt": float(np.trace(scipy.linalg.sqrtm(a @ b)).real)}


def bidiagonal_case(name, diagonal, above):
    """Singular values to the last digit of each, however small: in 60 digits."""
    with mpmath.workdps(60):
        matrix = mpmath.diag([mpmath.mpf(float(value)) for value in diagonal])
        for i, value in enumerate(above):
            matrix[i, i + 1] = mpmath.mpf(float(value))
        values = sorted(float(value) for value in mpmath.svd_r(matrix, compute_uv=False))
    return {"name": name, "diagonal": flat(diagonal), "above": flat(above), "values": values}


def bidiagonal_cases():
    return [
        bidiagonal_case("random", short(normal(1, 40)[0]), short(normal(1, 39)[0])),
        bidiagonal_case("zeros on the diagonal", [3, 0, 2, 1, 0, 0, 4], [1, 2, 3, 1, 2, 3]),
        bidiagonal_case("in blocks", short(normal(1, 9)[0]), [1, 0, 2, 0, 0, 0.5, 1e-300, 3]),
        bidiagonal_case("nearly singular", np.full(30, 0.5), np.ones(29)),
        bidiagonal_case("graded", 10.0 ** -np.arange(12), 10.0 ** -np.arange(1, 12)),
        bidiagonal_case("graded upwards", 10.0 ** np.arange(-11, 1), 10.0 ** np.arange(-11, 0)),
    ]


def nuclear_case(name, matrix):
    norm = np.linalg.svd(matrix, compute_uv=False).sum()
    return {"name": name, "shape": list(matrix.shape), "data": flat(matrix), "norm": float(norm)}


def nuclear_cases():
    rank_two = short(normal(9, 2)) @ short(normal(2, 7))
    return [
        nuclear_case("square", short(normal(12, 12))),
        nuclear_case("tall", short(normal(20, 5))),
        nuclear_case("wide", short(normal(4, 15))),
        nuclear_case("rank two", rank_two),
        nuclear_case("a row", short(normal(1, 6))),
        nuclear_case("a column", short(normal(6, 1))),
        nuclear_case("graded", 10.0 ** -np.add.outer(np.arange(8), 2 * np.arange(6)) + np.eye(8, 6) * 1e-9),
    ]


fixture = {
    "meta": {
        "generator": "tools/parity/metrics.py",
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "mpmath": mpmath.__version__},
        "dtype": "float64",
        "seed": SEED,
        "note": "covariances have ddof 1, scores ddof 0; matrices are row after row",
    },
    "inception": [
        inception_case(50, 10, 10, 2.0),
        inception_case(53, 10, 10, 3.0),
        inception_case(64, 7, 1, 5.0),
        inception_case(31, 40, 4, 0.5),
        inception_case(12, 5, 12, 30.0),
    ],
    "frechet": frechet_cases(),
    "wide": wide_case(),
    "bidiagonal": bidiagonal_cases(),
    "nuclear": nuclear_cases(),
}
OUT.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(OUT.name, OUT.stat().st_size, "bytes")
for case in fixture["frechet"]:
    print(f"{case['name']:30s}", *(f"{case[key]:.15g}" for key in ("expected", "sqrtm", "eigvals")))
