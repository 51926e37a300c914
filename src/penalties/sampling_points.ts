import { add, clone, mean, mul, reshape, sqrt, square, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor } from '../internal/check.js';
import type { RandomStream } from '../internal/random.js';
import { stopGradient } from '../ops/stop_gradient.js';

/** The points where a gradient penalty takes the critic's gradient. */
export type SamplingPoint = 'interpolates' | 'real' | 'fake' | 'perturbed';

/** The values of {@link SamplingPoint}. */
export const SAMPLING_POINTS: readonly SamplingPoint[] = [
  'interpolates',
  'real',
  'fake',
  'perturbed',
];

/** The inputs of a gradient penalty. */
export interface PenaltyBatch<Samples extends Tensor = Tensor> {
  /** Real samples, float32 `[batch, …]`. */
  readonly real: Samples;
  /** Generated samples of the same shape; required at interpolates and at fake points. */
  readonly fake?: Samples;
  /**
   * α of each sample, float32 `[batch]`, in place of a draw: the way from real to fake for
   * interpolates, from real to the end of the perturbation for perturbed points.
   */
  readonly alpha?: Tensor;
  /** Perturbation in units of scale · σ, of the shape of real, in place of a draw. */
  readonly noise?: Tensor;
}

/** Settings of the points. */
export interface Sampling {
  readonly at: SamplingPoint;
  /** Reach of perturbed points, in standard deviations of the batch. */
  readonly scale: number;
}

/**
 * Computes the points x̂ of a batch: a new tensor, constant for every gradient.
 *
 * - `real`, `fake`: the samples themselves
 * - `interpolates`: x + α(x̃ − x), α ~ U(0, 1) for each sample
 * - `perturbed`: x + α · scale · σ · u, σ the standard deviation of all numbers of the batch (biased),
 *   u ~ U[0, 1) for each of them, α ~ U(0, 1) for each sample
 *
 * @param where The public function, for errors.
 * @param random The stream of α and noise, if the batch has none.
 */
export function samplingPoints(
  where: string,
  { at, scale }: Sampling,
  batch: PenaltyBatch,
  random: RandomStream,
): Tensor {
  const { real, fake, alpha, noise } = batch ?? {};
  if (at !== 'fake') checkTensor(where, 'batch.real', real, { minRank: 1 });
  if (at === 'fake') checkTensor(where, 'batch.fake', fake, { minRank: 1 });
  if (at === 'real') return stopGradient(() => clone(real));
  if (at === 'fake') return stopGradient(() => clone(fake!));

  const { shape } = real;
  if (at === 'interpolates')
    checkTensor(where, 'batch.fake', fake, {
      shape,
      advice: 'Interpolates pair each real sample with a generated one of the same shape.',
    });
  if (alpha !== undefined) checkTensor(where, 'batch.alpha', alpha, { shape: [shape[0]] });
  if (noise !== undefined) checkTensor(where, 'batch.noise', noise, { shape });
  return tidy(() => {
    const perSample = [shape[0], ...shape.slice(1).map(() => 1)];
    // α first: a stream of interpolates does not depend on the size of a sample
    const a = alpha === undefined ? random.uniform(perSample) : reshape(alpha, perSample);
    if (at === 'interpolates') return stopGradient(() => add(real, mul(a, sub(fake!, real))));
    const u = noise ?? random.uniform(shape);
    return stopGradient(() => add(real, mul(a, mul(u, mul(deviation(real), scale)))));
  });
}

/** Computes √E(x − E x)² over all numbers of a tensor. */
const deviation = (x: Tensor): Tensor => sqrt(mean(square(sub(x, mean(x)))));
