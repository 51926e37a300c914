import { isArrayBuffer, isUint8Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { NpzReader, encodeNpz } from '../../io/numpy/npz.js';
import { checkedStatistics } from './checked_statistics.js';
import type { FeatureStatistics, GaussianStatistics } from './feature_statistics.js';

/** The most bytes of the header of a .npy file; for such arrays numpy writes about 128. */
const HEADER_BYTES = 2 ** 16;
/** The most features of a file; their covariance takes 512 MiB. */
const MOST_FEATURES = 8192;

/**
 * Reads the statistics of a data set from a file of pytorch-fid, clean-fid or others: a `.npz` file of NumPy
 * with the mean `mu` and the covariance `sigma` (ddof 1) of its features.
 *
 * `frechetDistance` accepts the result. Such a file does not say how many images it describes, which network
 * and layer made the features, or how images were resized: a distance is an FID only if both sets of features
 * were made in the same way.
 *
 * @param bytes The whole file. Arrays of float32 or float64, in either byte order, compressed or not; arrays
 *   other than `mu` and `sigma` are ignored.
 * @returns Mean and covariance.
 * @throws GanKitError if the file is damaged, `mu` and `sigma` are missing or do not fit each other, they
 *   contain NaN or an infinity, or `sigma` is not a covariance.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { decodeStatisticsNPZ, encodeStatisticsNPZ, frechetDistance } from 'gan-kit/metrics';
 *
 * const mean = Float64Array.of(1, 2);
 * const covariance = Float64Array.of(4, 1, 1, 4);
 * const bytes = encodeStatisticsNPZ({ mean, covariance }); // or of a file of pytorch-fid
 * const real = decodeStatisticsNPZ(bytes);
 * const fake = { mean: Float64Array.of(1, 5), covariance };
 * console.log((await frechetDistance(real, fake)).toFixed(4)); // → 9.0000
 * ```
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function decodeStatisticsNPZ(bytes: Uint8Array | ArrayBuffer): GaussianStatistics {
  const where = 'decodeStatisticsNPZ';
  if (!(isUint8Array(bytes) || isArrayBuffer(bytes)))
    fail('type', where, 'bytes', 'a Uint8Array or an ArrayBuffer', bytes);
  const file = new NpzReader(where, isUint8Array(bytes) ? bytes : new Uint8Array(bytes));
  if (file.sizes.has('feats') && !file.sizes.has('mu'))
    fail(
      ...(['value', where, 'bytes', 'a file with mu and sigma', [...file.sizes.keys()]] as const),
      'These are features, as clean-fid keeps them for KID: give their rows to FeatureStatistics.',
    );
  const mu = file.read('mu', 8 * MOST_FEATURES + HEADER_BYTES);
  const sigma = file.read('sigma', 8 * mu.data.length ** 2 + HEADER_BYTES);
  const [d] = mu.shape;
  if (mu.shape.length !== 1 || sigma.shape.length !== 2 || sigma.shape.some((axis) => axis !== d))
    fail('shape', where, 'bytes', 'a file with mu [d] and sigma [d, d]', [mu.shape, sigma.shape]);
  const statistics = { mean: mu.data, covariance: sigma.data };
  return checkedStatistics(where, 'bytes', statistics);
}

/**
 * Encodes statistics in the format of pytorch-fid and clean-fid: a `.npz` file of NumPy with `mu` [d] and
 * `sigma` [d, d], float64. Equal statistics give equal bytes.
 *
 * The file does not contain the number of samples. Statistics that will be merged later need `toBytes` of
 * {@link FeatureStatistics}.
 *
 * @param statistics A FeatureStatistics of two samples or more, or `{ mean, covariance }`.
 * @returns The file: 8 (d² + d) bytes and headers.
 * @throws GanKitError if mean and covariance do not fit each other or are not finite, or the covariance is not
 *   one.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { FeatureStatistics, encodeStatisticsNPZ } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const statistics = new FeatureStatistics();
 * await statistics.update(tensor2d([[1, 2], [3, 6], [5, 4]]));
 * await writeFile('photos.npz', encodeStatisticsNPZ(statistics));
 * ```
 */
export function encodeStatisticsNPZ(
  statistics: GaussianStatistics | FeatureStatistics,
): Uint8Array {
  const { mean, covariance } = checkedStatistics('encodeStatisticsNPZ', 'statistics', statistics);
  const d = mean.length;
  return encodeNpz({
    mu: { shape: [d], data: mean },
    sigma: { shape: [d, d], data: covariance },
  });
}
