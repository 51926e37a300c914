import type { Tensor2D } from '@tensorflow/tfjs-core';
import { checkBackend } from '../internal/check_backend.js';
import { integer, oneOf, seed as seedOption } from '../internal/option_kinds.js';
import { RandomStream } from '../internal/random.js';
import { readOptions } from '../internal/read_options.js';

/** Options of {@link sampleLatents}. */
export interface SampleLatentsOptions {
  /** Number of vectors. */
  count: number;
  /** Their length. */
  size: number;
  /**
   * `'normal'`: N(0, 1), the default; `'uniform'`: U(−1, 1), as in DCGAN and BEGAN; `'uniform01'`: U(0, 1), as in
   * Stacked GAN.
   */
  distribution?: LatentDistribution;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** A distribution of latent vectors. */
export type LatentDistribution = 'normal' | 'uniform' | 'uniform01';

/** The distributions by name. */
export const DISTRIBUTIONS = ['normal', 'uniform', 'uniform01'] as const;

/** Draws latent vectors from an open stream; one draw, whatever the size. */
export function drawLatents(
  stream: RandomStream,
  shape: [number, number],
  distribution: LatentDistribution,
): Tensor2D {
  if (distribution === 'normal') return stream.normal(shape) as Tensor2D;
  return stream.uniform(shape, distribution === 'uniform' ? -1 : 0, 1) as Tensor2D;
}

/**
 * Draws latent vectors z for a generator: the same seed gives the same vectors on every backend, so
 * the pictures of a training run can show the same samples over time.
 *
 * @param options `count` and `size` from 1 on; `distribution`, default `'normal'`; `seed`, default 0.
 * @returns Shape `[count, size]`; the caller owns it.
 * @throws GanKitError if an option is out of range.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { sampleLatents } from 'gan-kit/training';
 *
 * await loadBackend();
 * const z = sampleLatents({ count: 16, size: 100, seed: 1 });
 * ```
 */
export function sampleLatents(options: SampleLatentsOptions): Tensor2D {
  const where = 'sampleLatents';
  const { count, size, distribution, seed } = readOptions(where, options, {
    count: integer({ min: 1 }),
    size: integer({ min: 1 }),
    distribution: oneOf(DISTRIBUTIONS, { default: 'normal' }),
    seed: seedOption(),
  });
  checkBackend(where);
  return drawLatents(new RandomStream(seed, where), [count, size], distribution);
}
