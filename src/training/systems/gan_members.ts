import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { AdjustableOptimizer } from '../../types.js';
import type { Condition } from '../core/conditions.js';
import type { System } from '../core/create_system.js';
import type { UpdateCounts } from '../core/update_counts.js';
import type { ExponentialMovingAverage } from '../exponential_moving_average.js';
import type { GradientMonitor } from '../gradient_monitor.js';

/** The batch of a step of a {@link GAN}. */
export interface GANBatch {
  /** Real samples, `[batch, …]`, of the shape of generated ones. */
  readonly real: Tensor;
  /**
   * The condition of each sample, if the networks take more than one input: `[batch, …]` each, in the order of the
   * inputs after the first. If `fakeCondition` is given, only the discriminator's inputs count.
   */
  readonly condition?: Condition;
}

/** The losses of a step of a {@link GAN}. */
export interface GANLosses {
  /** The discriminator's adversarial loss, without penalties. */
  discriminator: number;
  /** The weighted sum of the penalties of this step, if there was one. */
  penalty?: number;
  /** With `leCam`: the weighted term, once it has begun. */
  leCam?: number;
  /** With `latentOptimization`: the weighted E‖Δz‖² in the discriminator's loss. */
  latentCost?: number;
  /**
   * The generator's adversarial loss, if this step updated it; with `featureMatching` weighted, and only if its weight
   * is not 0.
   */
  generator?: number;
  /** With `featureMatching`: the weighted distance of the features, if this step updated the generator. */
  featureMatching?: number;
  /** With `historicalAveraging`: the weighted distance of the discriminator from its average, once there is one. */
  discriminatorAveraging?: number;
  /** The same of the generator, if this step updated it. */
  generatorAveraging?: number;
  /** With `classifier`: the weighted cross-entropy of the classes of real samples, in the discriminator's loss. */
  realClass?: number;
  /** The same of generated samples. */
  fakeClass?: number;
  /** The same of generated samples in the generator's loss, if this step updated it. */
  generatorClass?: number;
  /** With `latentOptimization`: the same as `latentCost` in the generator's loss, if this step updated it. */
  generatorLatentCost?: number;
}

/**
 * Two networks, a loss and the papers' optional additions to them.
 *
 * Each `trainStep` is one discriminator update; every `criticSteps`-th is followed by one generator update. See
 * {@link createGAN}.
 */
export interface GAN<
  Sample extends Tensor = Tensor,
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends System<
  GANBatch,
  GANLosses,
  'generator' | 'discriminator',
  Readonly<{ generator: G; discriminator: D }>
> {
  /** The average of the generator's weights, if there is one. */
  readonly ema: ExponentialMovingAverage | undefined;
  /** The monitor of the gradients, if there is one; see `gan.monitor?.read()`. */
  readonly monitor: GradientMonitor | undefined;
  /** Length of a latent vector. */
  readonly latentSize: number;
  /** Numbers of discriminator and generator updates. */
  readonly steps: UpdateCounts;
  /**
   * Runs the generator at inference: running statistics, no dropout.
   *
   * @param input `latents` `[count, latentSize]`; `condition`, `[count, …]` each, if the generator takes any;
   *   `average`: whether the averaged weights are used, default true if there is an average.
   * @returns Samples `[count, …]`; the caller owns them.
   * @throws GanKitError if the latent vectors or conditions do not fit, or there is no average to use.
   */
  generate<Y extends Tensor = Sample>(input: {
    latents: Tensor;
    condition?: Condition;
    average?: boolean;
  }): Y;
}
