import { fail } from '../../internal/check.js';
import { custom, given, integer } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { optional, readOptions } from '../../internal/read_options.js';
import { checkClassMap, readClassMap } from '../class_map.js';
import type { ClassMap } from '../class_map.js';

/** Options of {@link modeCoverage}: `predictions` or `shares`. */
export interface ModeCoverageOptions {
  /** Number of modes, 1 or more; they are numbered from 0. */
  modes: number;
  /** Mode of each generated sample. */
  predictions?: ClassMap;
  /** Share of the samples of each mode, in place of `predictions`: 0 or more, with a sum of 1. */
  shares?: ArrayLike<number>;
  /** Share of each mode in the data; by default all are equal. */
  reference?: ArrayLike<number>;
  /** Label of samples that belong to no mode; they are not counted. Only with `predictions`. */
  ignore?: number;
  /** Smallest number of samples that makes a mode found, 1 or more; default 1. Only with `predictions`. */
  minimum?: number;
}

/** The result of {@link modeCoverage}. */
export interface ModeCoverage {
  /** Number of modes of the data that were found. */
  readonly modes: number;
  /** Share of the data's modes that were found, between 0 and 1. */
  readonly coverage: number;
  /** KL(generated ‖ data) in nats, 0 or more. */
  readonly reverseKL: number;
  /** Share of each mode among the counted samples. */
  readonly shares: Float64Array;
}

/** The largest distance from 1 of a sum of shares that rounding explains, float32's included. */
const SUM_TOLERANCE = 1e-4;
const STRIDE = 65536;

/**
 * Counts the modes of labelled data that a generator has found, and measures how well their shares agree.
 *
 * With pₖ the share of mode k among the generated samples and qₖ that among the data,
 * `reverseKL = KL(p ‖ q) = Σₖ pₖ log(pₖ/qₖ)`, where `0 log 0 = 0`.
 *
 * The direction is that of the tables of VEEGAN and PacGAN, generated first. Missing modes do not make it
 * infinite. It is infinite if samples have a mode that the data lack, or if no sample is counted. On stacked
 * MNIST a mode is a number of three digits, and one sample is enough to find it. In a mixture of Gaussians,
 * samples far from every Gaussian have no mode: give them a label of their own, and pass it as `ignore`.
 *
 * @param options `modes` from 1 on; `predictions` or `shares`; see {@link ModeCoverageOptions}.
 * @returns Number and share of the modes found, KL(generated ‖ data), and the shares of the modes.
 * @throws GanKitError if a prediction is not a mode, shares do not fit, or an option is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { modeCoverage } from 'gan-kit/metrics';
 *
 * const predictions = Int32Array.of(0, 0, 1, 1, 3, 3);
 * const { modes, coverage, reverseKL } = await modeCoverage({ predictions, modes: 4 });
 * console.log(modes, coverage, reverseKL); // → 3 0.75 0.2877
 * ```
 *
 * @see Srivastava et al. 2017, arXiv 1705.07761; Lin et al. 2017, arXiv 1712.04086, section 4.1
 */
export async function modeCoverage(options: ModeCoverageOptions): Promise<ModeCoverage> {
  const where = 'modeCoverage';
  const { modes, predictions, shares, reference, ignore, minimum } = readOptions(where, options, {
    modes: integer({ min: 1 }),
    predictions: optional(custom(checkClassMap)),
    shares: given<ArrayLike<number> | undefined>(),
    reference: given<ArrayLike<number> | undefined>(),
    ignore: optional(integer()),
    minimum: integer({ min: 1, default: 1 }),
  });
  if ((predictions === undefined) === (shares === undefined))
    fail('value', where, 'options', 'with either `predictions` or `shares`', options);
  if (shares !== undefined && (options.minimum ?? ignore) !== undefined)
    fail('value', where, 'options', 'without `minimum` and `ignore` where `shares` are', options);
  const q =
    reference === undefined
      ? new Float64Array(modes).fill(1 / modes)
      : checkedShares(where, 'reference', reference, modes);

  const weights =
    predictions === undefined
      ? checkedShares(where, 'shares', shares, modes)
      : await countModes(where, predictions, modes, ignore);
  const least = predictions === undefined ? Number.MIN_VALUE : minimum;
  const total = weights.reduce((a, b) => a + b, 0);
  const p = weights.map((weight) => (total === 0 ? 0 : weight / total));
  let found = 0;
  let existing = 0;
  let reverseKL = total === 0 ? Infinity : 0;
  for (let k = 0; k < modes; k++) {
    if (q[k]! > 0) existing++;
    if (q[k]! > 0 && weights[k]! >= least) found++;
    if (p[k]! > 0) reverseKL += p[k]! * Math.log(p[k]! / q[k]!);
  }
  // rounding may make the divergence of equal distributions negative
  return { modes: found, coverage: found / existing, reverseKL: Math.max(reverseKL, 0), shares: p };
}

async function countModes(
  where: string,
  predictions: ClassMap,
  modes: number,
  ignore: number | undefined,
): Promise<Float64Array> {
  const labels = await readClassMap(predictions);
  const counts = new Float64Array(modes);
  const turn = pace();
  for (let i = 0; i < labels.length; i++) {
    if (i % STRIDE === 0) await turn();
    const mode = labels[i]!;
    if (mode === ignore) continue;
    if (mode < 0 || mode >= modes)
      fail('value', where, 'predictions', `modes below ${modes}`, `${mode} at ${i}`);
    counts[mode]!++;
  }
  return counts;
}

/** Returns shares divided by their sum, so that it is 1 up to float64's rounding; refuses other values. */
function checkedShares(
  where: string,
  parameter: string,
  value: unknown,
  modes: number,
): Float64Array {
  if (
    typeof value !== 'object' ||
    value === null ||
    (value as { length?: unknown }).length !== modes
  )
    fail('shape', where, parameter, `of ${modes} shares`, value);
  const shares = Float64Array.from(value as ArrayLike<number>);
  const total = shares.reduce((a, b) => a + b, 0);
  if (!shares.every((share) => share >= 0) || !(Math.abs(total - 1) <= SUM_TOLERANCE))
    fail('value', where, parameter, 'shares from 0 on of sum 1', `a sum of ${total}`);
  return shares.map((share) => share / total);
}
