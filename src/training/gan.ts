import { tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions, checkTensor, fail } from '../internal/check.js';
import { RandomStream } from '../internal/random.js';
import { installKernels } from '../kernels/install.js';
import { functionalCall } from '../layers/functional_call.js';
import { checkImageSize } from '../layers/image_size.js';
import { advancePowerIteration } from '../layers/spectral_norms.js';
import type { AdjustableOptimizer, AdversarialLoss, Penalty, Stateful } from '../types.js';
import { adam } from './adam.js';
import type { Adam } from './adam.js';
import { discriminatorLoss, generatorLoss } from './adversarial_terms.js';
import { ExponentialMovingAverage } from './exponential_moving_average.js';
import { penaltiesOf } from './check_system.js';
import { checkGANOptions } from './gan_options.js';
import type { GANOptions } from './gan_options.js';
import type { GradientMonitor } from './gradient_monitor.js';
import { samplesAreIndependent } from './independent_samples.js';
import { addInstanceNoise } from './instance_noise.js';
import { judge } from './judge.js';
import { flipLabels } from './label_flips.js';
import { drawLatents } from './latents.js';
import type { LossLog } from './loss_log.js';
import { System } from './system.js';
import type { StepOptions } from './system.js';
import { statefulPieces } from './stateful_piece.js';
import { trainingPass } from './training_pass.js';
import { clipWeights } from './weight_clipping.js';

/** What a step of a {@link GAN} reads. */
export interface GANBatch {
  /** Real samples, `[batch, …]`, of the shape that the generator makes. */
  readonly real: Tensor;
}

/** What a step of a {@link GAN} tells. */
export interface GANLosses {
  /** The discriminator's adversarial loss, without penalties. */
  discriminator: number;
  /** The weighted sum of the penalties of this step, if there was one. */
  penalty?: number;
  /** The generator's loss, if this step updated it. */
  generator?: number;
}

/**
 * Two networks, a loss and what the papers put around them.
 *
 * Each {@link GAN.trainStep} is one discriminator update; every `criticSteps`-th is followed by one
 * generator update. See {@link createGAN}.
 */
export class GAN<
  Sample extends Tensor = Tensor,
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends System<GANBatch, GANLosses> {
  /** @internal */
  protected override readonly kind = 'GAN';
  readonly networks: Readonly<{ generator: LayersModel; discriminator: LayersModel }>;
  readonly optimizers: Readonly<{ generator: G; discriminator: D }>;
  /** The average of the generator's weights, if there is one. */
  readonly ema: ExponentialMovingAverage | undefined;
  /** What watches the gradients, if anything does; `gan.monitor?.read()` tells. */
  readonly monitor: GradientMonitor | undefined;
  /** Length of a latent vector. */
  readonly latentSize: number;
  /** @internal */
  protected override readonly options: GANOptions<Tensor, Optimizer, Optimizer>;
  /** @internal */
  protected override readonly loss: AdversarialLoss;
  private readonly penalties: readonly Penalty[];
  private readonly latents: RandomStream;
  private readonly noise: RandomStream;
  private readonly flips: RandomStream;
  /** Whether real and fake samples may share one pass: less work, the same numbers. */
  private readonly together: boolean;

  constructor(options: GANOptions<Sample, G, D>) {
    super();
    checkGANOptions('createGAN', options);
    const { generator, discriminator, loss, penalty, optimizers, ema, seed = 0 } = options;
    this.options = options;
    this.loss = loss;
    this.penalties = penaltiesOf(penalty);
    this.networks = { generator, discriminator };
    this.optimizers = (optimizers ?? { generator: adam(), discriminator: adam() }) as {
      generator: G;
      discriminator: D;
    };
    this.monitor = options.monitor;
    this.latentSize = generator.inputs[0]!.shape[1]!;
    this.together = this.iteratesByStep && samplesAreIndependent(discriminator);
    const streams = new RandomStream(seed, 'createGAN');
    this.latents = streams.fork('latents');
    this.noise = streams.fork('noise');
    this.flips = streams.fork('flips');
    // last, since it holds tensors
    this.ema = ema === undefined ? undefined : new ExponentialMovingAverage(generator, ema);
  }

  /** How many discriminator and generator updates were made. */
  get steps(): { discriminator: number; generator: number } {
    const { criticSteps = 1 } = this.options;
    return {
      discriminator: this.discriminatorSteps,
      generator: Math.floor(this.discriminatorSteps / criticSteps),
    };
  }

  /**
   * One discriminator update with this batch, and every `criticSteps`-th time one generator update.
   *
   * @param batch `real`: float32 `[batch, …]`; it stays the caller's.
   * @param options `read: false` leaves the losses on the device, which saves waiting for a GPU.
   * @returns The losses of this step; empty with `read: false`.
   * @throws GanKitError if the batch does not fit the discriminator, or not into the memory of the
   *   wasm backend (code `'backend'`), and if a loss or a weight is not finite after the step (see
   *   `onNonFinite`). The system is then as before the step, and training may go on.
   */
  override trainStep(batch: GANBatch, options?: StepOptions & { read?: true }): Promise<GANLosses>;
  override trainStep(batch: GANBatch, options: StepOptions): Promise<Partial<GANLosses>>;
  override async trainStep(
    batch: GANBatch,
    options: StepOptions = {},
  ): Promise<Partial<GANLosses>> {
    const shape = this.networks.discriminator.inputs[0]!.shape;
    checkOptions('GAN.trainStep', batch, ['real'], 'batch');
    checkTensor('GAN.trainStep', 'batch.real', batch.real, { shape });
    const { real } = batch;
    checkImageSize('GAN.trainStep', 'batch.real', real, this.networks.discriminator);
    return this.step({ real }, options, (losses) => {
      this.updateDiscriminator(real, losses);
      this.discriminatorSteps++;
      if (this.discriminatorSteps % (this.options.criticSteps ?? 1) === 0)
        this.updateGenerator(real, losses);
    });
  }

  private updateDiscriminator(real: Tensor, losses: LossLog): void {
    const { generator, discriminator } = this.networks;
    const { clipWeights: limit } = this.options;
    if (this.iteratesByStep) advancePowerIteration(discriminator);
    const fake = this.holdingPowerIteration(() =>
      tidy(() => trainingPass(generator, this.drawLatents(real))),
    );
    try {
      const term = () => {
        const critic = (x: Tensor) => trainingPass(discriminator, x);
        const noisy = { real: this.withNoise(real), fake: this.withNoise(fake) };
        const judged = judge(critic, noisy.real, noisy.fake, this.together);
        const logits = flipLabels(judged, this.options.labelFlip?.probability ?? 0, this.flips);
        const { loss, penalties, discriminatorSteps: step } = this;
        const samples = { real, fake };
        return discriminatorLoss({ loss, logits, penalties, step, critic, samples }, losses);
      };
      this.update({ discriminator }, this.optimizers.discriminator, [term]);
    } finally {
      fake.dispose();
    }
    if (limit !== undefined) clipWeights(discriminator, limit);
  }

  private updateGenerator(real: Tensor, losses: LossLog): void {
    const { generator, discriminator } = this.networks;
    if (this.iteratesByStep) advancePowerIteration(generator);
    const term = () => {
      const fake = this.withNoise(trainingPass(generator, this.drawLatents(real)));
      const loss = generatorLoss(this.loss, discriminator, fake, () => this.withNoise(real));
      return losses.note('generator', loss);
    };
    this.update({ generator }, this.optimizers.generator, [term]);
    this.ema?.update();
  }

  private drawLatents(real: Tensor): Tensor2D {
    return drawLatents(
      this.latents,
      [real.shape[0], this.latentSize],
      this.options.latents ?? 'normal',
    );
  }

  private withNoise(x: Tensor): Tensor {
    const { instanceNoise = { stddev: 0 } } = this.options;
    return addInstanceNoise(x, instanceNoise, this.discriminatorSteps, this.noise);
  }

  /**
   * Samples of the generator at inference: running statistics, no dropout.
   *
   * @param input `latents` `[count, latentSize]`, and `average`: whether the averaged weights are
   *   used; default true where there is an average.
   * @returns Samples `[count, …]`; the caller owns them.
   * @throws GanKitError if the latent vectors do not fit, or there is no average to use.
   */
  generate<Y extends Tensor = Sample>(input: { latents: Tensor; average?: boolean }): Y {
    const where = 'GAN.generate';
    this.checkAlive(where);
    checkOptions(where, input, ['latents', 'average']);
    const { latents, average = this.ema !== undefined } = input;
    checkTensor(where, 'latents', latents, { shape: [null, this.latentSize] });
    if (average && this.ema === undefined)
      fail(
        'state',
        where,
        'average',
        'false without an average',
        average,
        'Pass ema to createGAN.',
      );
    installKernels();
    const weights = average ? this.ema!.namedWeights : {};
    return functionalCall(this.networks.generator, weights, latents) as Y;
  }

  /** @internal */
  protected override pieces(): Readonly<Record<string, Stateful>> {
    const penalties = this.penalties.map((penalty, i) => [`penalty/${i}`, penalty] as const);
    return statefulPieces({
      'optimizer/generator': this.optimizers.generator,
      'optimizer/discriminator': this.optimizers.discriminator,
      ema: this.ema,
      latents: this.latents,
      noise: this.noise,
      flips: this.flips,
      ...Object.fromEntries(penalties),
    });
  }

  /** @internal */
  protected override owned(): readonly { dispose(): void }[] {
    const { generator, discriminator } = this.optimizers;
    const own = this.options.optimizers === undefined ? [generator, discriminator] : [];
    return this.ema === undefined ? own : [this.ema, ...own];
  }
}

/**
 * Wires a generator, a discriminator and a loss into a training system.
 *
 * The discriminator minimises `loss.discriminator(D(x), D(G(z))) + Σ weight · every · penalty`, over
 * the penalties that are due, the generator `loss.generator(D(G(z)))`, each by its own optimizer over its own weights; a generator
 * step leaves the discriminator's statistics and power iteration where they are. Training is a pure
 * function of the seeds and the batches: two runs are equal to the last bit on one backend, and so
 * is a run that goes on from a saved state.
 *
 * @param options See {@link GANOptions}.
 * @returns The system; `dispose()` frees the average and default optimizers.
 * @throws GanKitError if the networks do not fit each other or an option is out of range.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
 * import { hinge } from 'gan-kit/losses';
 * import { createGAN, sampleLatents } from 'gan-kit/training';
 * import { randomUniform } from '@tensorflow/tfjs-core';
 *
 * await loadBackend();
 * const imageShape = [12, 12, 1] as const;
 * const gan = createGAN({
 *   generator: dcganGenerator({ imageShape, latentSize: 8, filters: 4, form: 'paper' }),
 *   discriminator: dcganDiscriminator({ imageShape, filters: 4, normalization: 'spectral', form: 'paper' }),
 *   loss: hinge(),
 *   seed: 1,
 * });
 * const { discriminator, generator } = await gan.trainStep({ real: randomUniform([4, 12, 12, 1], -1, 1) });
 * const images = gan.generate({ latents: sampleLatents({ count: 2, size: gan.latentSize }) });
 * ```
 *
 * @see Goodfellow et al. 2014, arXiv 1406.2661, algorithm 1; Arjovsky et al. 2017, arXiv 1701.07875, algorithm 1
 */
export function createGAN<
  Sample extends Tensor = Tensor,
  G extends Optimizer = Adam,
  D extends Optimizer = Adam,
>(options: GANOptions<Sample, G, D>): GAN<Sample, G, D> {
  return new GAN(options);
}
