import { lineDerivative } from './line_derivative.js';
import type { Probe } from './probe.js';

/**
 * The result of a comparison.
 *
 * - `right`: equal within the tolerance
 * - `wrong`: different, and the differences are certain
 * - `throws`: automatic differentiation failed
 * - `undecided`: too many kinks to decide by differences
 */
export type GradientStatus = 'right' | 'wrong' | 'throws' | 'undecided';

/** The verdict on one order of one function. */
export interface GradientVerdict {
  readonly status: GradientStatus;
  /** max|analytic − numeric| / max|numeric| over certain differences; NaN without any. */
  readonly error: number;
  /** The fraction of elements at a kink, where differences are meaningless. */
  readonly atKinks: number;
  /** The message of the error thrown. */
  readonly message?: string;
}

/** The effort of a check. */
export interface CheckEffort {
  readonly tolerance: number;
  /** Number of random directions at first order. */
  readonly directions: number;
  /** Maximum number of halvings of a step. */
  readonly steps: number;
  /** Maximum number of directions tried at second order, until one meets few kinks. */
  readonly attempts: number;
}

/**
 * Part of the gradient below which a curvature is compared with the gradient's size instead of its own:
 * float32 differences of an almost linear function see only noise.
 */
const LEAST_CURVATURE = 0.1;
/** The same for the slope of an output below this part of the largest output. */
const LEAST_SLOPE = 0.01;
/** Part of the tolerance within which the estimates of a certain difference agree. */
const SURE = 0.3;
/** Fraction of errors to ignore, as two estimates across kinks agree by accident now and then. */
const ACCIDENTS = 0.05;

/**
 * Compares ⟨∇s, d⟩ with the difference of s along d, for several random d. For each, s omits the outputs
 * that have a kink there.
 */
export async function checkFirstOrder(probe: Probe, effort: CheckEffort): Promise<GradientVerdict> {
  return orThrows(async () => {
    const outputs = await probe.outputs();
    const floor = LEAST_SLOPE * largest(outputs);
    const analytic: number[] = [];
    const numeric: number[] = [];
    let scale = floor * Math.sqrt(outputs.length);
    let kinks = 0;
    for (let k = 0; k < effort.directions; k++) {
      const direction = probe.direction();
      const unsure = ({
        value,
        uncertainty,
      }: {
        value: Float64Array;
        uncertainty: Float64Array;
      }) => {
        const limit = SURE * effort.tolerance * Math.max(floor, largest(value));
        return Array.from(uncertainty, (apart) => !(apart <= limit));
      };
      const slopes = await lineDerivative(
        (t) => probe.outputs(t, direction),
        (estimate) => count(unsure(estimate)),
        effort.steps,
      );
      const atKink = unsure(slopes);
      kinks += count(atKink) / atKink.length / effort.directions;
      const weights = probe.weights(outputs.length).map((r, i) => (atKink[i] ? 0 : r));
      const gradient = await probe.gradient(weights);
      analytic.push(
        dot(
          gradient.flatMap((g) => [...g]),
          direction.flatMap((d) => [...d]),
        ),
      );
      numeric.push(dot(weights, slopes.value));
      // the size of the terms of the sum, as they may cancel
      scale = Math.max(scale, Math.hypot(...slopes.value.map((slope, i) => weights[i]! * slope)));
    }
    return verdict(
      [{ analytic, numeric, unsure: numeric.map(() => false), floor: scale }],
      effort.tolerance,
      kinks,
    );
  });
}

/** Compares ∇⟨d, ∇s⟩ with the difference of ∇s along d, element by element. */
export async function checkSecondOrder(
  probe: Probe,
  effort: CheckEffort,
): Promise<GradientVerdict> {
  return orThrows(async () => {
    const weights = probe.weights((await probe.outputs()).length);
    const gradient = await probe.gradient(weights);
    const floors = gradient.map((g) => LEAST_CURVATURE * largest(g));
    const parts = (all: Float64Array) => split(all, gradient);
    let best: GradientVerdict | undefined;
    for (let attempt = 0; attempt < effort.attempts; attempt++) {
      const only = moved(attempt, probe.inputs.length);
      if (only === null) break;
      const direction = probe.direction(only);
      const analytic = await probe.curvature(weights, direction);
      const unsure = (estimate: { value: Float64Array; uncertainty: Float64Array }) => {
        const values = parts(estimate.value);
        return parts(estimate.uncertainty).map((apart, i) => {
          const limit = SURE * effort.tolerance * Math.max(floors[i]!, largest(values[i]!));
          return Array.from(apart, (one) => !(one <= limit));
        });
      };
      const slopes = await lineDerivative(
        async (t) => join(await probe.gradient(weights, t, direction)),
        (estimate) => count(unsure(estimate).flat()),
        effort.steps,
      );
      const atKink = unsure(slopes);
      const numeric = parts(slopes.value);
      const now = verdict(
        analytic.map((a, i) => ({
          analytic: a,
          numeric: numeric[i]!,
          unsure: atKink[i]!,
          floor: floors[i]!,
        })),
        effort.tolerance,
        count(atKink.flat()) / Math.max(1, slopes.value.length),
      );
      if (now.status !== 'undecided') return now;
      if (best === undefined || now.atKinks < best.atKinks) best = now;
    }
    return best!;
  });
}

/**
 * Chooses the inputs to move: all of them twice; then one after another from the last, as the weights of
 * the last layer have no kinks behind them. Returns null after the last.
 */
function moved(attempt: number, inputs: number): number[] | undefined | null {
  if (attempt < 2) return undefined;
  const index = inputs + 1 - attempt;
  return index < 0 ? null : [index];
}

interface Comparison {
  readonly analytic: ArrayLike<number>;
  readonly numeric: ArrayLike<number>;
  /** Elements where the numeric side is meaningless. */
  readonly unsure: readonly boolean[];
  /** The least size to which an error is relative. */
  readonly floor: number;
}

function verdict(
  comparisons: readonly Comparison[],
  tolerance: number,
  atKinks: number,
): GradientVerdict {
  let error = NaN;
  let different = 0;
  let elements = 0;
  for (const { analytic, numeric, unsure, floor } of comparisons) {
    const size = Math.max(floor, largest(numeric));
    for (let i = 0; i < numeric.length; i++) {
      elements++;
      if (unsure[i]) continue;
      const difference = Math.abs(analytic[i]! - numeric[i]!);
      const relative = difference === 0 ? 0 : difference / size;
      if (!(relative <= tolerance)) different++;
      // NaN on the analytic side is an infinite error
      error = Math.max(
        Number.isNaN(error) ? 0 : error,
        Number.isNaN(relative) ? Infinity : relative,
      );
    }
  }
  if (atKinks > 0.5) return { status: 'undecided', error, atKinks };
  const wrong = different > ACCIDENTS * atKinks * elements;
  return { status: wrong ? 'wrong' : 'right', error, atKinks };
}

async function orThrows(check: () => Promise<GradientVerdict>): Promise<GradientVerdict> {
  try {
    return await check();
  } catch (error) {
    const message = (error as Error).message;
    return { status: 'throws', error: NaN, atKinks: 0, message };
  }
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}

const count = (flags: readonly boolean[]): number => flags.filter((flag) => flag).length;

const join = (parts: readonly Float32Array[]): Float64Array =>
  Float64Array.from(parts.flatMap((part) => [...part]));

function split(all: Float64Array, like: readonly Float32Array[]): Float64Array[] {
  let from = 0;
  return like.map(({ length }) => all.subarray(from, (from += length)));
}
