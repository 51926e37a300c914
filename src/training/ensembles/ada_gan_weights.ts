import { fail } from '../../internal/check.js';
import { given, number, oneOf } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';

/** How {@link adaGANWeights} weighs a training set. */
export type AdaGANWeighting = 'optimal' | 'top' | 'uniform';

/** Options of {@link adaGANWeights}. */
export interface AdaGANWeightsOptions {
  /** h, the density of the mixture divided by that of the data at each training sample: numbers of 0 or more. */
  ratios: ArrayLike<number>;
  /** β, the share of the next generator in the mixture, above 0 and at most 1. */
  share: number;
  /**
   * `'optimal'` (the default) is the paper's formula; `'top'` weighs the half of the samples with the smallest h equally,
   * and `'uniform'` all of them, as bagging does.
   */
  weighting?: AdaGANWeighting;
}

/** What {@link adaGANWeights} returns. */
export interface AdaGANWeights {
  /** w of each sample, in their order; their sum is 1. */
  readonly weights: Float64Array;
  /** λ; undefined for other weightings than the optimal one. */
  readonly lambda: number | undefined;
}

/**
 * Computes AdaGAN's weights of a training set of N samples for the next generator:
 *
 * ```
 * w_i = max(0, λ − (1 − β) h_i) / (N β),   Σ w_i = 1
 * λ   = (β N / k) (1 + (1 − β) / (β N) Σ_{j ≤ k} h_(j))
 * ```
 *
 * with h_(1) ≤ h_(2) ≤ …, and k the smallest number for which (1 − β) h_(k) ≤ λ ≤ (1 − β) h_(k+1), so that k samples have a
 * weight. Samples that the mixture makes too often have none.
 *
 * @param options See {@link AdaGANWeightsOptions}.
 * @returns The weights, and λ.
 * @throws GanKitError if a ratio is negative or not finite, or β is out of range.
 *
 * **Differentiable:** no; it works on the host.
 *
 * @example
 * ```ts
 * import { adaGANWeights } from 'gan-kit/training';
 *
 * const { weights, lambda } = adaGANWeights({ ratios: [0.1, 0.2, 1, 3, 0.5], share: 0.5 });
 * console.log(lambda?.toFixed(2)); // → 0.85
 * console.log(Array.from(weights, (w) => w.toFixed(2)).join(' ')); // → 0.32 0.30 0.14 0.00 0.24
 * ```
 *
 * @see Tolstikhin et al. 2017, arXiv 1701.02386, theorem 1 and section 3.3
 */
export function adaGANWeights(options: AdaGANWeightsOptions): AdaGANWeights {
  const where = 'adaGANWeights';
  const read = readOptions(where, options, {
    ratios: given<ArrayLike<number>>(),
    share: number({ above: 0, max: 1 }),
    weighting: oneOf(['optimal', 'top', 'uniform'], { default: 'optimal' }),
  });
  const h = checkedRatios(where, read.ratios);
  const [N, beta] = [h.length, read.share];
  if (read.weighting === 'uniform') return { weights: h.map(() => 1 / N), lambda: undefined };
  const sorted = h.slice().sort();
  if (read.weighting === 'top') {
    const median = sorted[Math.ceil(N / 2) - 1]!;
    return { weights: normalized(h.map((one) => (one <= median ? 1 : 0))), lambda: undefined };
  }
  const lambda = multiplier(sorted, beta);
  const weights = h.map((one) => Math.max(0, lambda - (1 - beta) * one) / (N * beta));
  return { weights: normalized(weights), lambda };
}

/** Finds λ for sorted ratios. */
function multiplier(sorted: Float64Array, beta: number): number {
  const N = sorted.length;
  let sum = 0;
  for (let k = 1; k < N; k++) {
    sum += sorted[k - 1]!;
    const lambda = ((beta * N) / k) * (1 + ((1 - beta) / (beta * N)) * sum);
    if (lambda <= (1 - beta) * sorted[k]!) return lambda;
  }
  return beta + (1 - beta) * ((sum + sorted[N - 1]!) / N);
}

/** Divides by the sum, from which rounding moves them. */
function normalized(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, one) => sum + one, 0);
  return weights.map((one) => one / total);
}

function checkedRatios(where: string, ratios: ArrayLike<number>): Float64Array {
  const isList = Array.isArray(ratios) || ArrayBuffer.isView(ratios);
  if (!isList || ratios.length === 0)
    fail('type', where, 'ratios', 'an array of at least one number', ratios);
  const h = Float64Array.from(ratios);
  const wrong = h.findIndex((one) => !(Number.isFinite(one) && one >= 0));
  if (wrong !== -1)
    fail('value', where, `ratios[${wrong}]`, 'a finite number of 0 or more', ratios[wrong]);
  return h;
}
