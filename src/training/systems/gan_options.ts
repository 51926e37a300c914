import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { AdjustableOptimizer, AdversarialLoss, ModelOf, Penalty } from '../../types.js';
import type { Augmentation } from '../augmentation/augmentation.js';
import type { ConditionDistribution } from '../core/condition_distribution.js';
import type { SystemOptions } from '../core/recipe.js';
import type { ClassWeights } from '../step/class_terms.js';
import type { FeatureMatchingOptions } from '../step/feature_matching.js';
import type { HistoricalAveragingOptions } from '../step/historical_average.js';
import type { LatentOptimizationOptions } from '../step/latent_optimization.js';
import type { LeCamOptions } from '../step/le_cam.js';
import type { GeneratorHistoryOptions } from '../history/generator_history.js';
import type { ReplayBufferOptions } from '../history/replay_buffer.js';
import type { LatentDistribution } from '../latents.js';

/** The weights of an auxiliary classifier's cross-entropies, each 0 or more. */
export interface ClassifierOptions {
  /** In the discriminator's loss, one for real and generated samples or one for each; default 1. */
  discriminator?: number | { real: number; fake: number };
  /** In the generator's loss; default 1. */
  generator?: number;
}

/** Options of {@link createGAN}. */
export interface GANOptions<
  Sample extends Tensor = Tensor,
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends SystemOptions {
  /** Latent vectors `[batch, latentSize]` to samples; further inputs are conditions. */
  generator: LayersModel | ModelOf<Sample>;
  /**
   * Samples to raw logits, of any shape `[batch, …]`; further inputs are conditions. With `classifier` it has a second
   * output, the logits of classes `[batch, classes]`.
   */
  discriminator: LayersModel;
  /** The loss of both networks, for example `Losses.hinge()`. */
  loss: AdversarialLoss;
  /** Terms added to the discriminator's loss, each `weight · every` times at every `every`-th step. */
  penalty?: Penalty | readonly Penalty[];
  /** One per network; default Adam(2e-4, β = (0.5, 0.999)) for both. The caller keeps ownership. */
  optimizers?: { generator: G; discriminator: D };
  /** Discriminator steps for each generator step; default 1 (WGAN: 5). */
  criticSteps?: number;
  /** Clamps the discriminator's weights to [−limit, limit] after each of its steps (WGAN: 0.01). */
  clipWeights?: number;
  /**
   * m, the number of samples that the discriminator sees at once, joined along their last axis; default 1. Each m
   * consecutive rows of a batch are a pack, their conditions too, and the batch size is a multiple of m.
   */
  packing?: number;
  /** Averages the generator's weights after each of its steps; default off. */
  ema?: { decay?: number; warmUp?: boolean };
  /** Each pair of labels is swapped with this probability in a discriminator step; default 0. */
  labelFlip?: { probability: number };
  /** Adds N(0, (stddev · decayᵗ)²) to whatever the discriminator sees, t counting its steps. */
  instanceNoise?: { stddev: number; decay?: number };
  /**
   * Changes all that the discriminator sees, for example `diffAugment()`: real and generated samples in its own step,
   * generated ones in the generator's. Penalties are taken at the changed samples.
   */
  augment?: Augmentation;
  /**
   * Trains the discriminator's second output to name the classes of samples, and the generator to make samples that
   * it names rightly (AC-GAN). The labels are the first condition, numbers `[batch, 1]` or distributions
   * `[batch, classes]`; the discriminator takes no condition. Default off; `{}` has the paper's weights.
   */
  classifier?: ClassifierOptions;
  /**
   * The generator matches the mean features of real samples, h the output of one of the discriminator's layers: it
   * minimizes weight · E_units (E h(x) − E h(G(z)))² instead of its adversarial loss, or beside it (feature matching,
   * arXiv 1606.03498). Default off.
   */
  featureMatching?: FeatureMatchingOptions;
  /**
   * Adds λ(E[max(0, r − ē_f)²] + E[max(0, ē_r − f)²]) to the discriminator's loss, r and f its logits of real and
   * generated samples, ē_r and ē_f their averages, which checkpoints hold (LeCam regularization, arXiv 2104.03310).
   * Default off; `{}` has the authors' numbers.
   */
  leCam?: LeCamOptions;
  /**
   * Adds λ‖θ − a‖² to the loss of either network, θ its trainable weights and a the average of all that they were
   * before, which checkpoints hold (historical averaging, arXiv 1606.03498). Default off.
   */
  historicalAveraging?: HistoricalAveragingOptions;
  /**
   * Moves latent vectors to where the discriminator D takes samples for real, before either player uses them (LOGAN,
   * arXiv 1912.00953): with g = ∂D(G(z))/∂z of each row,
   *
   * ```
   * z' = clip(z + Δz, −1, 1),  Δz = α g / (β + ‖g‖²)
   * L_D(z') + w_r E‖Δz‖²,  L_G(z') + w_r E‖Δz‖²
   * ```
   *
   * Both losses are differentiated through Δz. D(G(z)) has no effect on the networks' statistics, and no instance noise;
   * with several logits for a sample it is their mean. Latents of U(0, 1) are clipped to [0, 1], normal ones not at all.
   * `augment`, `replayBuffer` and `generatorHistory` are refused. Default off; `{}` has the paper's numbers, which are for
   * uniform latents.
   */
  latentOptimization?: LatentOptimizationOptions;
  /**
   * Shows the discriminator older generated samples too, each with its condition: `size` of them are kept, and each new
   * one gives way to an older one with probability `share`, default ½ (see {@link ReplayBuffer}). Default off.
   */
  replayBuffer?: Omit<ReplayBufferOptions, 'seed'>;
  /**
   * Lets past generators make a share of the discriminator's generated samples: K of them are kept, S of the generator's
   * steps apart, and each step plays one of them (fictitious play). Default off; `{}` is K = 5, S = 100 and a share of ½.
   */
  generatorHistory?: GeneratorHistoryOptions;
  /** Allows a penalty on a discriminator with batch normalization, which couples the samples. */
  allowBatchNorm?: boolean;
  /** Distribution of latent vectors; default `'normal'`. */
  latents?: LatentDistribution;
  /**
   * Distribution of the conditions of generated samples, for example `labelDistribution({ classes: 10 })`; by
   * default they are those of the batch.
   */
  fakeCondition?: ConditionDistribution;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** Options after defaults are filled in. */
export type ReadGANOptions = Omit<
  GANOptions<Tensor, Optimizer, Optimizer>,
  | 'classifier'
  | 'featureMatching'
  | 'historicalAveraging'
  | 'latentOptimization'
  | 'leCam'
  | 'replayBuffer'
  | 'generatorHistory'
> & {
  readonly classifier: ClassWeights | undefined;
  readonly featureMatching: Required<FeatureMatchingOptions> | undefined;
  readonly historicalAveraging: Required<HistoricalAveragingOptions>;
  readonly leCam: Required<LeCamOptions> | undefined;
  readonly latentOptimization: Required<LatentOptimizationOptions> | undefined;
  readonly replayBuffer: Omit<Required<ReplayBufferOptions>, 'seed'> | undefined;
  readonly generatorHistory: Required<GeneratorHistoryOptions> | undefined;
} & Required<
    Pick<
      GANOptions,
      | 'criticSteps'
      | 'packing'
      | 'labelFlip'
      | 'instanceNoise'
      | 'allowBatchNorm'
      | 'latents'
      | 'seed'
    >
  >;
