import { checkOptions, fail } from '../../internal/check.js';
import { integer, number } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { SchemaRead } from '../../internal/read_options.js';

/** Two distributions over the same states. */
export interface Histograms {
  /** Count or share of each state in the data. */
  readonly real: ArrayLike<number>;
  /** Count or share of each state in generated samples. */
  readonly fake: ArrayLike<number>;
}

/** Options of {@link precisionRecallCurve}. */
export interface PrecisionRecallCurveOptions {
  /** Number of angles, an integer from 3 to 1,000,000; default 1001. */
  angles?: number;
  /** ε, the distance of the first angle from 0 and of the last from π/2, above 0 and below 0.1; default 1e-10. */
  epsilon?: number;
  /** β of the two F scores, above 0; default 8. */
  beta?: number;
  /** Number added to the denominator of F, 0 or more; default 0. */
  fEpsilon?: number;
}

/** The result of {@link precisionRecallCurve}. */
export interface PrecisionRecallCurve {
  /** α(λ) for each angle, between 0 and 1. */
  readonly precision: Float64Array;
  /** β(λ) = α(λ)/λ for each angle, between 0 and 1. */
  readonly recall: Float64Array;
  /** The largest F_β on the curve; a β above 1 weighs recall more. */
  readonly fBeta: number;
  /** The largest F_{1/β} on the curve; a β above 1 weighs precision more. */
  readonly fInverseBeta: number;
}

/**
 * Computes the precision-recall curve of one discrete distribution against another (PRD).
 *
 * With p the data's distribution, q the generated one and λ = tan θ,
 * `α(λ) = Σₖ min(λ pₖ, qₖ)` is the precision and `β(λ) = α(λ)/λ` the recall, for θ from ε to π/2 − ε in
 * equal steps; `F_β = max over λ of (1 + β²) α β(λ) / (β² α + β(λ))`, and 0 if both are 0.
 *
 * The paper has the angles i·π/2/(m + 1), i = 1 … m; ε comes from the authors' code. That code also adds 1e-10
 * to the denominator of F, which changes F by less than 2e-9 and is left out here; `fEpsilon: 1e-10` adds it.
 *
 * @param histograms `real` and `fake`, of equal length: counts or shares, 0 or more, which are divided by
 *   their sums.
 * @param options `angles`: default 1001. `epsilon`: default 1e-10. `beta`: default 8.
 *   `fEpsilon`: default 0.
 * @returns The curve, from its end of high recall to its end of high precision, and its two F scores.
 * @throws GanKitError if a histogram has no count above 0 or a value that is not a count, the lengths differ,
 *   or an option is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { precisionRecallCurve } from 'gan-kit/metrics';
 *
 * const histograms = { real: [1, 1, 0], fake: [0, 1, 0] };
 * const { precision, recall } = precisionRecallCurve(histograms, { angles: 3 });
 * console.log(precision[2]?.toFixed(3), recall[0]?.toFixed(3)); // → 1.000 0.500
 * ```
 *
 * @see Sajjadi et al. 2018, arXiv 1806.00035, section 3
 */
export function precisionRecallCurve(
  histograms: Histograms,
  options: PrecisionRecallCurveOptions = {},
): PrecisionRecallCurve {
  const where = 'precisionRecallCurve';
  const checked = readOptions(where, options, CURVE);
  checkOptions(where, histograms, ['real', 'fake'], 'histograms');
  const real = shares(where, 'real', histograms.real);
  const fake = shares(where, 'fake', histograms.fake);
  if (real.length !== fake.length)
    fail('shape', where, 'fake', `of ${real.length} states, as \`real\``, fake.length);
  return withScores(curve(real, fake, checked), checked);
}

/** The schema of the options of {@link precisionRecallCurve}. */
export const CURVE: SchemaRead<PrecisionRecallCurveOptions> = {
  angles: integer({ min: 3, max: 1e6, default: 1001 }),
  epsilon: number({ above: 0, below: 0.1, default: 1e-10 }),
  beta: number({ above: 0, default: 8 }),
  fEpsilon: number({ min: 0, default: 0 }),
};

interface Curve {
  readonly precision: Float64Array;
  readonly recall: Float64Array;
}

/** Computes the curve of two distributions of sum 1. */
export function curve(
  p: Float64Array,
  q: Float64Array,
  { angles, epsilon }: Required<PrecisionRecallCurveOptions>,
): Curve {
  const precision = new Float64Array(angles);
  const recall = new Float64Array(angles);
  const step = (Math.PI / 2 - 2 * epsilon) / (angles - 1);
  for (let i = 0; i < angles; i++) {
    const slope = Math.tan(i === angles - 1 ? Math.PI / 2 - epsilon : epsilon + i * step);
    let alpha = 0;
    for (let k = 0; k < p.length; k++) alpha += Math.min(slope * p[k]!, q[k]!);
    precision[i] = Math.min(alpha, 1); // rounding may exceed 1
    recall[i] = Math.min(alpha / slope, 1);
  }
  return { precision, recall };
}

/** Adds the largest F scores to a curve. */
export function withScores(
  { precision, recall }: Curve,
  { beta, fEpsilon }: Required<PrecisionRecallCurveOptions>,
): PrecisionRecallCurve {
  const largest = (b: number) =>
    precision.reduce((best, alpha, i) => {
      const product = alpha * recall[i]!;
      if (product === 0) return best; // avoids 0/0
      return Math.max(best, ((1 + b * b) * product) / (b * b * alpha + recall[i]! + fEpsilon));
    }, 0);
  return { precision, recall, fBeta: largest(beta), fInverseBeta: largest(1 / beta) };
}

function shares(where: string, parameter: string, value: unknown): Float64Array {
  if (typeof value !== 'object' || value === null || !('length' in value))
    fail('type', where, parameter, 'an array of counts or shares', value);
  const counts = Float64Array.from(value as ArrayLike<number>);
  const total = counts.reduce((a, b) => a + b, 0);
  if (!counts.every((count) => count >= 0) || !(total > 0 && total < Infinity))
    fail('value', where, parameter, 'counts or shares from 0 on, not all 0', `a sum of ${total}`);
  return counts.map((count) => count / total);
}
