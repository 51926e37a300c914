import {
  add,
  clone,
  concat,
  dispose,
  keep,
  split,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Optimizer, Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { enableSecondOrderGradients } from '../gradients/enable_second_order_gradients.js';
import { discardTape } from '../gradients/tape.js';
import { checkNumber, checkOptions, checkTensor, fail } from '../internal/check.js';
import { RandomStream } from '../internal/random.js';
import { joinStates, numberFrom, partOf } from '../internal/state.js';
import { installKernels } from '../kernels/install.js';
import { functionalCall } from '../layers/functional_call.js';
import { withFrozenPowerIteration } from '../layers/power_iteration_mode.js';
import { advancePowerIteration } from '../layers/spectral_norms.js';
import { duePenalties } from '../penalties/due_penalties.js';
import type {
  AdversarialLoss,
  Critic,
  Penalty,
  PieceState,
  Stateful,
  TrainingSystem,
} from '../types.js';
import { adam } from './adam.js';
import { preservingStatistics } from './batch_norm_statistics.js';
import { ExponentialMovingAverage } from './exponential_moving_average.js';
import { checkGANOptions, penaltiesOf } from './gan_options.js';
import type { GANOptions } from './gan_options.js';
import type { GradientMonitor } from './gradient_monitor.js';
import { samplesAreIndependent } from './independent_samples.js';
import { addInstanceNoise } from './instance_noise.js';
import { flipLabels } from './label_flips.js';
import { drawLatents } from './latents.js';
import { markSystem } from './mark_system.js';
import { partStates, restoreParts, statefulPieces } from './system_state.js';
import { nameBatch } from './too_large.js';
import { clipWeights } from './weight_clipping.js';

/** What a step of a {@link GAN} reads. */
export interface GANBatch {
  /** Real samples, `[batch, …]`, of the shape that the generator makes. */
  readonly real: Tensor;
}

/** What a step of a {@link GAN} tells. */
export interface GANLosses {
  /** The discriminator's adversarial loss, without penalties. */
  discriminator?: number;
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
export class GAN implements TrainingSystem<GANBatch, GANLosses> {
  readonly networks: Readonly<{ generator: LayersModel; discriminator: LayersModel }>;
  readonly optimizers: Readonly<{ generator: Optimizer; discriminator: Optimizer }>;
  /** The average of the generator's weights, if there is one. */
  readonly ema: ExponentialMovingAverage | undefined;
  /** What watches the gradients, if anything does; `gan.monitor?.read()` tells. */
  readonly monitor: GradientMonitor | undefined;
  /** Length of a latent vector. */
  readonly latentSize: number;
  private readonly options: GANOptions;
  private readonly loss: AdversarialLoss;
  private readonly penalties: readonly Penalty[];
  private readonly latents: RandomStream;
  private readonly noise: RandomStream;
  private readonly flips: RandomStream;
  /** Whether real and fake samples may share one pass: less work, the same numbers. */
  private readonly together: boolean;
  private discriminatorSteps = 0;

  constructor(options: GANOptions) {
    checkGANOptions('createGAN', options);
    const { generator, discriminator, loss, penalty, optimizers, ema, seed = 0 } = options;
    this.options = options;
    this.loss = loss;
    this.penalties = penaltiesOf(penalty);
    this.networks = { generator, discriminator };
    this.optimizers = optimizers ?? { generator: adam(), discriminator: adam() };
    this.ema = ema === undefined ? undefined : new ExponentialMovingAverage(generator, ema);
    this.monitor = options.monitor;
    this.latentSize = generator.inputs[0]!.shape[1]!;
    this.together = this.iteratesByStep && samplesAreIndependent(discriminator);
    const streams = new RandomStream(seed, 'createGAN');
    this.latents = streams.fork('latents');
    this.noise = streams.fork('noise');
    this.flips = streams.fork('flips');
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
   *   wasm backend (code `'backend'`). After an error in its midst the system is as before the step,
   *   except for the moments of an optimizer that is not gan-kit's, and training may go on.
   */
  async trainStep(batch: GANBatch, options: { readonly read?: boolean } = {}): Promise<GANLosses> {
    const where = 'GAN.trainStep';
    const shape = this.networks.discriminator.inputs[0]!.shape;
    checkTensor(where, 'batch.real', batch?.real, { shape: shape });
    checkOptions(where, options, ['read']);
    enableSecondOrderGradients();
    const losses: Record<string, Scalar> = {};
    const { discriminatorSteps } = this;
    const before = markSystem(Object.values(this.networks), Object.values(this.pieces()));
    try {
      this.updateDiscriminator(batch.real, losses);
      this.discriminatorSteps++;
      if (this.discriminatorSteps % (this.options.criticSteps ?? 1) === 0)
        this.updateGenerator(batch.real, losses);
    } catch (error) {
      discardTape();
      dispose(losses);
      before.undo();
      this.discriminatorSteps = discriminatorSteps;
      throw nameBatch(where, 'batch.real', batch.real, error);
    }
    before.release();
    const read: Record<string, number> = {};
    if (options.read !== false)
      for (const [name, value] of Object.entries(losses)) read[name] = (await value.data())[0]!;
    dispose(losses);
    return read;
  }

  private updateDiscriminator(real: Tensor, losses: Record<string, Scalar>): void {
    const { generator, discriminator } = this.networks;
    const { clipWeights: limit } = this.options;
    if (this.iteratesByStep) advancePowerIteration(discriminator);
    const fake = this.holdingPowerIteration(() =>
      tidy(() => generator.apply(this.drawLatents(real), { training: true }) as Tensor),
    );
    try {
      this.step('discriminator', () => {
        const critic = (x: Tensor) => discriminator.apply(x, { training: true }) as Tensor;
        const logits = this.judge(critic, this.withNoise(real), this.withNoise(fake));
        const flipped = flipLabels(logits, this.options.labelFlip?.probability ?? 0, this.flips);
        const adversarial = this.loss.discriminator(flipped);
        losses['discriminator'] = keep(clone(adversarial));
        const step = this.discriminatorSteps;
        const penalty = duePenalties(this.penalties, step, critic, { real, fake });
        if (penalty === undefined) return adversarial;
        losses['penalty'] = keep(clone(penalty));
        return add(adversarial, penalty);
      });
    } finally {
      fake.dispose();
    }
    if (limit !== undefined) clipWeights(discriminator, limit);
  }

  /** Logits of both batches, in one pass where the discriminator treats each sample by itself. */
  private judge(critic: Critic, real: Tensor, fake: Tensor): { real: Tensor; fake: Tensor } {
    if (!this.together) return { real: critic(real), fake: critic(fake) };
    const [ofReal, ofFake] = split(critic(concat([real, fake])), 2);
    return { real: ofReal!, fake: ofFake! };
  }

  private updateGenerator(real: Tensor, losses: Record<string, Scalar>): void {
    const { generator, discriminator } = this.networks;
    if (this.iteratesByStep) advancePowerIteration(generator);
    preservingStatistics(discriminator, () =>
      this.step('generator', () => {
        const critic = (x: Tensor) =>
          discriminator.apply(this.withNoise(x), { training: true }) as Tensor;
        const fake = critic(generator.apply(this.drawLatents(real), { training: true }) as Tensor);
        const logits = this.loss.needsReal ? { fake, real: critic(real) } : { fake };
        const value = this.loss.generator(logits);
        losses['generator'] = keep(clone(value));
        return value;
      }),
    );
    this.ema?.update();
  }

  /** Differentiates `loss` in one network's weights and lets its optimizer move them. */
  private step(name: 'generator' | 'discriminator', loss: () => Tensor): void {
    const model = this.networks[name];
    const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
    if (variables.length === 0)
      fail('state', 'GAN.trainStep', name, 'a model with trainable weights', model);
    const { value, grads } = this.holdingPowerIteration(() =>
      // tfjs leaves the value behind when the backward pass throws
      tidy(() => variableGrads(() => loss() as Scalar, variables)),
    );
    try {
      this.monitor?.observe(name, model, grads);
      this.optimizers[name].applyGradients(grads);
    } finally {
      dispose([value, grads]);
    }
  }

  private get iteratesByStep(): boolean {
    return this.options.powerIteration !== 'call';
  }

  /** Singular vectors rest in all passes of a step, unless each call is to move them. */
  private holdingPowerIteration<T>(fn: () => T): T {
    return this.iteratesByStep ? withFrozenPowerIteration(fn) : fn();
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
  generate(input: { latents: Tensor; average?: boolean }): Tensor {
    const where = 'GAN.generate';
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
    return functionalCall(this.networks.generator, weights, latents);
  }

  /** Everything a bit-exact continuation needs: weights, moments, averages, places in random streams. */
  async state(): Promise<PieceState> {
    const steps = { values: { discriminator: this.discriminatorSteps }, arrays: {} };
    return joinStates({ steps, ...(await partStates(this.networks, this.pieces())) });
  }

  async restore(state: PieceState): Promise<void> {
    const before = await this.state();
    try {
      await this.apply(state);
    } catch (error) {
      await this.apply(before);
      throw error;
    }
  }

  private async apply(state: PieceState): Promise<void> {
    const steps = numberFrom('GAN.restore', partOf(state, 'steps'), 'discriminator');
    checkNumber('GAN.restore', 'steps/discriminator', steps, { integer: true, min: 0 });
    await restoreParts(this.networks, this.pieces(), state);
    this.discriminatorSteps = steps;
  }

  /** What has a state besides the networks, by the names of a checkpoint. */
  private pieces(): Readonly<Record<string, Stateful>> {
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

  /** Frees what the system made; networks and optimizers that were passed in stay the caller's. */
  dispose(): void {
    this.ema?.dispose();
    if (this.options.optimizers === undefined) {
      this.optimizers.generator.dispose();
      this.optimizers.discriminator.dispose();
    }
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
 * import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
 * import { hinge } from 'gan-kit/losses';
 * import { createGAN, sampleLatents } from 'gan-kit/training';
 * import { randomUniform } from '@tensorflow/tfjs-core';
 *
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
export function createGAN(options: GANOptions): GAN {
  return new GAN(options);
}
