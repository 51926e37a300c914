import { add, clone, mean, mul, reshape, sqrt, square, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor } from '../internal/check.js';
import type { RandomStream } from '../internal/random.js';
import { stopGradient } from '../ops/stop_gradient.js';

/** Where a gradient penalty looks at the critic. */
export type SamplingPoint = 'interpolates' | 'real' | 'fake' | 'perturbed';

/** The words for {@link SamplingPoint}. */
export const SAMPLING_POINTS: readonly SamplingPoint[] = [
  'interpolates',
  'real',
  'fake',
  'perturbed',
];

/** What a gradient penalty is computed from. */
export interface PenaltyBatch<Samples extends Tensor = Tensor> {
  /** Real samples, float32 `[batch, …]`. */
  readonly real: Samples;
  /** Generated samples of the same shape; needed at interpolates and at fake points. */
  readonly fake?: Samples;
  /**
   * α of each sample, float32 `[batch]`, in place of a draw: for interpolates how far from real to
   * fake, for perturbed points how far from real to the end of the perturbation.
   */
  readonly alpha?: Tensor;
  /** What perturbed points add, in units of scale · σ, of the shape of real, in place of a draw. */
  readonly noise?: Tensor;
}

/** How points are found. */
export interface Sampling {
  readonly at: SamplingPoint;
  /** How far perturbed points go, in standard deviations of the batch. */
  readonly scale: number;
}

/**
 * The points x̂ of a batch: a tensor of its own, constant for every gradient.
 *
 * - `real`, `fake`: the samples themselves
 * - `interpolates`: x + α(x̃ − x), α ~ U(0, 1) for each sample
 * - `perturbed`: x + α · scale · σ · u, σ the standard deviation of all numbers of the batch (biased),
 *   u ~ U[0, 1) for each of them, α ~ U(0, 1) for each sample
 *
 * @param where The public function, for errors.
 * @param random Drawn from where the batch gives no α or noise.
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

/** √E(x − E x)² over all numbers of a tensor. */
const deviation = (x: Tensor): Tensor => sqrt(mean(square(sub(x, mean(x)))));
