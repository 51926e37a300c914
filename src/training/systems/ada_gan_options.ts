import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TrainingSystem } from '../../types.js';
import type { AdaGANWeighting } from '../ensembles/ada_gan_weights.js';
import type { StepOptions } from '../core/step_options.js';
import type { Mixture } from '../ensembles/mixture.js';
import type { ExponentialMovingAverage } from '../exponential_moving_average.js';
import type { LatentDistribution } from '../latents.js';

/** A system that AdaGAN trains for a part of the data: one of `createGAN`, `createUnrolledGAN` or your own. */
export interface WeakGAN extends TrainingSystem<{ readonly real: Tensor }, object> {
  readonly networks: Readonly<Record<string, LayersModel>> & { readonly generator: LayersModel };
  /** If there is one, the mixture gets the average instead of the last weights. */
  readonly ema?: ExponentialMovingAverage | undefined;
}

/** Options of {@link createAdaGAN}. */
export interface AdaGANOptions {
  /** The training set, `[N, …]`; it stays the caller's, and alive as long as the system. */
  samples: Tensor;
  /**
   * Makes the GAN of component `index`, counted from 0, with new networks and optimizers, which become the system's own. It
   * takes no conditions.
   */
  gan: (index: number) => WeakGAN;
  /**
   * Makes the network that tells data from the mixture before component `index`, from 1 on: samples to one raw logit
   * `[batch, 1]`.
   */
  classifier: (index: number) => LayersModel;
  /** Makes its optimizer; default Adam(1e-3). */
  classifierOptimizer?: (index: number) => Optimizer;
  /** Steps of each GAN, 1 or more. */
  ganSteps: number;
  /** Steps of each classifier, 1 or more; default 400. */
  classifierSteps?: number;
  /** Samples in a batch, 1 or more; default 64. */
  batchSize?: number;
  /**
   * β, the share of each new generator in the mixture: `'equal'` (the default), which is 1/t for the t-th, or a number above 0
   * and at most 1.
   */
  share?: 'equal' | number;
  /** How the data are weighed for a new GAN, see {@link adaGANWeights}; default `'optimal'`. */
  weighting?: AdaGANWeighting;
  /** Distribution of the latent vectors of all generators; default `'normal'`. */
  latents?: LatentDistribution;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** The numbers of a step of an {@link AdaGAN}. */
export interface AdaGANLosses {
  /** In a step of the classifier: its loss. */
  classifier?: number;
  /** After its last step: λ of the new weights, and the share of samples that got none. */
  lambda?: number;
  covered?: number;
  /** In a step of a GAN: its losses, by its own names. */
  [loss: string]: number | undefined;
}

/** A mixture of GANs, each trained for what those before it left out. See {@link createAdaGAN}. */
export interface AdaGAN extends TrainingSystem<Readonly<Record<string, never>>, AdaGANLosses> {
  /** Number of generators in the mixture: those that are trained to their end. */
  readonly components: number;
  /** The mixture of them; undefined while there is none. It is valid until `dispose`. */
  readonly mixture: Mixture | undefined;
  /** A copy of the weights of the training samples for the present GAN; their sum is 1. */
  readonly weights: Float32Array;
  /** Makes one step of the present classifier or GAN, on a batch that it draws itself. */
  trainStep(
    batch?: Readonly<Record<string, never>>,
    options?: { readonly read?: true },
  ): Promise<AdaGANLosses>;
  trainStep(
    batch: Readonly<Record<string, never>>,
    options: StepOptions,
  ): Promise<Partial<AdaGANLosses>>;
  /**
   * Draws samples from the mixture.
   *
   * @returns `[count, …]`; the caller owns them.
   * @throws GanKitError if the mixture is still empty.
   */
  generate(input: { count: number; seed?: number }): Tensor;
}
