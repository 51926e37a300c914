"""Statistics of features and their Frechet distance in NumPy, float64; see bench/workers/metrics.ts.

Statistics are running sums of x and of x xT, as torchmetrics has them; the distance is that of
torch-fidelity: the roots of the eigenvalues of the product of both covariances.
"""

import numpy as np
from hashed import fill

BATCH, DIFFERENT = 500, 4


def rows_of(rows, columns, seed):
    return fill((rows, columns), seed, 1.0).double().numpy() / (1 + np.arange(columns) / 64)


class Metrics:
    def __init__(self, case):
        rows, columns = case["rows"], case["columns"]
        self.rows = rows
        if case["task"] == "statistics":
            self.batches = [rows_of(BATCH, columns, 1 + i).astype(np.float32) for i in range(DIFFERENT)]
            self.run = self.statistics
        else:
            sets = [rows_of(rows, columns, seed).astype(np.float32).astype(np.float64) for seed in (1, 101)]
            self.moments = [(x.mean(0), np.cov(x, rowvar=False)) for x in sets]
            self.run = self.frechet

    def statistics(self):
        columns = self.batches[0].shape[1]
        total, products = np.zeros(columns), np.zeros((columns, columns))
        for i in range(self.rows // BATCH):
            x = self.batches[i % DIFFERENT].astype(np.float64)
            total += x.sum(0)
            products += x.T @ x
        mean = total / self.rows
        return mean, (products - self.rows * np.outer(mean, mean)) / (self.rows - 1)

    def frechet(self):
        (m1, s1), (m2, s2) = self.moments
        roots = np.sqrt(np.linalg.eigvals(s1 @ s2).astype(np.complex128)).real.sum()
        return ((m1 - m2) ** 2).sum() + np.trace(s1) + np.trace(s2) - 2 * roots

    def fingerprint(self):
        result = self.run()
        if isinstance(result, float):
            return [float(result)]
        mean, covariance = result
        return [float(v) for v in (mean[0], mean[-1], covariance[0, 0], covariance[0, 1], covariance[-1, -1])]
