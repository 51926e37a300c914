import { cast, oneHot, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import { hostInput } from '../../internal/host_input.js';
import { integer, list, number, oneOf } from '../../internal/option_kinds.js';
import { optional, readOptions } from '../../internal/read_options.js';
import { checkConditions } from './conditions.js';
import type { Takes } from './conditions.js';

/** Random numbers of a system, reproducible and part of its state. */
export interface RandomSource {
  /** Draws a tensor, uniform on [low, high); default [0, 1). */
  uniform(shape: number[], low?: number, high?: number): Tensor;
  /** Draws a tensor of normal values; default N(0, 1). */
  normal(shape: number[], mean?: number, stddev?: number): Tensor;
  /** Draws numbers, uniform on [low, high); default [0, 1). */
  uniformValues(size: number, low?: number, high?: number): Float32Array;
}

/** A distribution of the conditions of generated samples. */
export interface ConditionDistribution {
  /**
   * Draws conditions.
   *
   * @param count How many rows.
   * @param random The only source of randomness.
   * @returns One tensor for each condition, `[count, …]`; the caller owns them.
   */
  draw(count: number, random: RandomSource): readonly Tensor[];
}

/** Options of {@link labelDistribution}. */
export interface LabelDistributionOptions {
  /** Number of classes, 1 or more. */
  classes: number;
  /** Relative probability of each class, `classes` non-negative numbers with a sum above 0; default all equal. */
  weights?: readonly number[];
  /** `'index'`, the default: float32 `[count, 1]` with the number of the class; `'oneHot'`: `[count, classes]`. */
  encoding?: 'index' | 'oneHot';
}

/**
 * Makes a distribution of labels for generated samples: P(class k) = weightₖ / Σ weights.
 *
 * @param options See {@link LabelDistributionOptions}.
 * @returns A distribution for `fakeCondition` of {@link createGAN}.
 * @throws GanKitError if an option is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { labelDistribution } from 'gan-kit/training';
 *
 * const fakeCondition = labelDistribution({ classes: 10, encoding: 'oneHot' });
 * ```
 *
 * @see Odena et al. 2016, arXiv 1610.09585, section 3: c ~ p_c
 */
export function labelDistribution(options: LabelDistributionOptions): ConditionDistribution {
  const where = 'labelDistribution';
  const read = readOptions(where, options, {
    classes: integer({ min: 1 }),
    weights: optional(list(number({ min: 0 }))),
    encoding: oneOf(['index', 'oneHot'], { default: 'index' }),
  });
  const { classes, encoding, weights = Array.from({ length: classes }, () => 1) } = read;
  if (weights.length !== classes)
    fail('value', where, 'weights', `an array of ${classes} numbers`, weights);
  const bounds = cumulated(weights);
  const total = bounds.at(-1)!;
  if (total === 0) fail('value', where, 'weights', 'above 0 for some class', weights);
  return {
    draw(count, random) {
      const labels = () => random.uniformValues(count).map((u) => classOf(u * total, bounds));
      return tidy(() => {
        if (encoding === 'index') return [hostInput([count, 1], labels)];
        const index = cast(hostInput([count], labels), 'int32');
        return [cast(oneHot(index, classes), 'float32')]; // tfjs's wasm backend writes int32 whatever the dtype
      });
    },
  };
}

/** The circumstances in which conditions are drawn. */
export interface ConditionDraw {
  /** For messages. */
  readonly where: string;
  readonly count: number;
  /** The networks that take the conditions. */
  readonly models: readonly Takes[];
  readonly random: RandomSource;
}

/** Draws the conditions of generated samples; returns those of the batch if there is no distribution. */
export function drawConditions(
  distribution: ConditionDistribution | undefined,
  ofBatch: readonly Tensor[],
  { where, count, models, random }: ConditionDraw,
): readonly Tensor[] {
  if (distribution === undefined) return ofBatch;
  const drawn = distribution.draw(count, random);
  checkConditions(where, 'fakeCondition.draw()', drawn, models, count);
  return drawn;
}

/** Computes partial sums. */
function cumulated(weights: readonly number[]): readonly number[] {
  let sum = 0;
  return weights.map((weight) => (sum += weight));
}

/** Finds the first class whose part of [0, Σ) ends above u; never one of weight 0. */
function classOf(u: number, bounds: readonly number[]): number {
  const found = bounds.findIndex((bound) => u < bound);
  return found === -1 ? bounds.indexOf(bounds.at(-1)!) : found;
}
