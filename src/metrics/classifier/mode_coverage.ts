import { fail } from '../../internal/check.js';
import { custom, given, integer } from '../../internal/option_kinds.js';
import { pace } from '../../internal/pace.js';
import { optional, readOptions } from '../../internal/read_options.js';
import { checkClassMap, readClassMap } from '../class_map.js';
import type { ClassMap } from '../class_map.js';

/** Options of {@link modeCoverage}: `predictions` or `shares`. */
export interface ModeCoverageOptions {
  /** How many modes there are; they are numbered from 0. */
  modes: number;
  /** The mode of each generated sample. */
  predictions?: ClassMap;
  /** The share of samples of each mode, in place of `predictions`: from 0 on, of sum 1. */
  shares?: ArrayLike<number>;
  /** The share of each mode in the data; equal by default. */
  reference?: ArrayLike<number>;
  /** The one prediction that is no mode: samples that fit none are not counted. */
  ignore?: number;
  /** How many samples make a mode found, an integer from 1 on; default 1. Of `predictions` only. */
  minimum?: number;
}

/** What {@link modeCoverage} finds. */
export interface ModeCoverage {
  /** How many modes of the data were found. */
  readonly modes: number;
  /** The share of the data's modes that were found, between 0 and 1. */
  readonly coverage: number;
  /** KL(generated ‖ data) in nats, from 0 on. */
  readonly reverseKL: number;
  /** The share of each mode among the samples that are counted. */
  readonly shares: Float64Array;
}

/** How far from 1 a sum of shares may be by rounding, float32's included. */
const SUM_TOLERANCE = 1e-4;
const STRIDE = 65536;

/**
 * How many modes of labelled data a generator has found, and how evenly it fills them.
 *
 * With pₖ the share of mode k among the generated samples and qₖ that among the data,
 * `reverseKL = KL(p ‖ q) = Σₖ pₖ log(pₖ/qₖ)`, where `0 log 0 = 0`.
 *
 * The direction is that of VEEGAN's and PacGAN's tables, generated first: modes that are missing do
 * not make it infinite; samples of a mode that the data lack do, as do no counted samples at all. On
 * stacked MNIST a mode is a number of three digits, found from one sample on. Of Gaussians, samples
 * far from each have no mode: give them one label of their own, and that as `ignore`.
 *
 * @param options `modes` from 1 on; `predictions`, or `shares`; see {@link ModeCoverageOptions}.
 * @returns Modes found, their share, KL(generated ‖ data), and the shares.
 * @throws GanKitError if a prediction is no mode, shares are none, or an option is out of range.
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
  // equal distributions may come out below 0 by rounding
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

/** Shares of sum 1, to float64's rounding. */
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
