import { add, mean, mul, neg, square, sub, tidy } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Optimizer, Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions, fail } from '../../internal/check.js';
import { hostDecision, hostEffect } from '../../internal/host_input.js';
import { RandomStream } from '../../internal/random.js';
import { namedWeights } from '../../layers/weights/named_weights.js';
import type { ProgressiveNetwork } from '../../models/progressive_plan.js';
import { GradientPenalty } from '../../penalties/gradient_penalty.js';
import type { AdjustableOptimizer } from '../../types.js';
import { checkAlive } from '../core/check_alive.js';
import { createSystem } from '../core/create_system.js';
import type { System } from '../core/create_system.js';
import { generate } from '../core/generate.js';
import { unlessGiven } from '../core/owned.js';
import { playerOf } from '../core/player.js';
import type { Step } from '../core/recipe.js';
import { systemOptions } from '../core/system_schema.js';
import { updateCounts } from '../core/update_counts.js';
import type { UpdateCounts } from '../core/update_counts.js';
import { withMembers } from '../core/with_members.js';
import { ExponentialMovingAverage } from '../exponential_moving_average.js';
import { drawLatents } from '../latents.js';
import { adam } from '../optimizers/adam.js';
import type { Adam } from '../optimizers/adam.js';
import { readProgressiveGANOptions } from './progressive_gan_options.js';
import type { ProgressiveGANOptions } from './progressive_gan_options.js';
import { Growth } from './progressive_growth.js';
import { checkImages, imagesOfStage } from './progressive_images.js';

/** Returns the averages of a model's own weights; t is no weight that is averaged. */
function averageOf(
  model: LayersModel,
  { namedWeights: all }: ExponentialMovingAverage,
): NamedTensorMap {
  const trained = namedWeights(model).filter(({ variable }) =>
    model.trainableWeights.includes(variable),
  );
  return Object.fromEntries(trained.map(({ path }) => [path, all[path]!]));
}

/** The losses of a step of a {@link ProgressiveGAN}. */
export interface ProgressiveGANLosses {
  /** E D(x̃) − E D(x). */
  discriminator: number;
  /** λ/T² · E (‖∇D(x̂)‖ − T)². */
  penalty: number;
  /** ε · E D(x)². */
  drift: number;
  /** −E D(x̃), if this step updated the generator. */
  generator?: number;
}

/**
 * Two networks that grow together. Each `trainStep` is one discriminator update; every `criticSteps`-th is followed by one
 * generator update. See {@link createProgressiveGAN}.
 */
export interface ProgressiveGAN<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends System<
  { readonly real: Tensor },
  ProgressiveGANLosses,
  'generator' | 'discriminator',
  Readonly<{ generator: G; discriminator: D }>
> {
  /** The stage of the next step, from 0 on. */
  readonly stage: number;
  /** Height and width of the images of that stage. */
  readonly resolution: number;
  /** t, the share of the stage before: from 1 down to 0 while the stage fades in, then 0. */
  readonly fade: number;
  /** The number of real images shown so far. */
  readonly images: number;
  /** The average of the generator's weights, if there is one. */
  readonly ema: ExponentialMovingAverage | undefined;
  /** Length of a latent vector. */
  readonly latentSize: number;
  /** Numbers of discriminator and generator updates. */
  readonly steps: UpdateCounts;
  /**
   * Begins the next stage, which fades in over the next steps.
   *
   * @throws GanKitError if the stage is the last one or still fades in.
   */
  grow(): void;
  /**
   * Runs the generator of the current stage at inference.
   *
   * @param input `latents` `[count, latentSize]`; `average`: whether the averaged weights are used, default true if there
   *   is an average.
   * @returns Images `[count, resolution, resolution, channels]`; the caller owns them.
   * @throws GanKitError if the latent vectors do not fit, or there is no average to use.
   */
  generate(input: { latents: Tensor; average?: boolean }): Tensor4D;
}

/**
 * Wires two growing networks into a Progressive GAN, which learns small images first and doubles their size while it
 * trains.
 *
 * ```
 * t     = 1 − (images shown since the stage began) / fadeImages, at least 0
 * x     = (1 − t) x + t up(pool(x))
 * L_D   = E D(x̃) − E D(x) + λ/T² E (‖∇D(x̂)‖ − T)² + ε E D(x)²
 * L_G   = −E D(x̃)
 * x̃     = G(z),  x̂ = x + α (x̃ − x),  α ~ U(0, 1) for each sample
 * ```
 *
 * Stage k works at 4 · 2^k pixels; both networks fade in by the same t, see `progressiveGenerator`. A stage lasts for
 * `fadeImages` and then `stableImages` real images, the first one for `stableImages` alone. t and the stage are
 * those of the images shown before the step.
 *
 * The average of the generator moves at each step between the updates of discriminator and generator, as in the authors'
 * code. Weights of other stages do not move, and the state holds all of them: a state of any stage restores into a
 * new system.
 *
 * Batches are as large as the caller makes them, for example fewer images at higher `resolution`; the discriminator
 * wants a multiple of 4. Images may have the size of the current stage or of a later one, and are then cut down to it on
 * the device by the means of their pixels.
 *
 * @param options See {@link ProgressiveGANOptions}.
 * @returns The system; `dispose()` frees the average and default optimizers.
 * @throws GanKitError if the networks do not fit each other or an option is out of range.
 *
 * @example
 * ```ts
 * import { randomUniform } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { progressiveDiscriminator, progressiveGenerator } from 'gan-kit/models';
 * import { createProgressiveGAN, sampleLatents } from 'gan-kit/training';
 *
 * await loadBackend();
 * const size = { imageShape: [8, 8, 1], baseChannels: 16, maxChannels: 4 } as const;
 * const gan = createProgressiveGAN({
 *   generator: progressiveGenerator(size),
 *   discriminator: progressiveDiscriminator(size),
 *   stableImages: 7,
 *   fadeImages: 16,
 * });
 * await gan.trainStep({ real: randomUniform([8, 8, 8, 1], -1, 1) });
 * console.log(gan.resolution, gan.fade); // → 8 0.9375
 * const images = gan.generate({ latents: sampleLatents({ count: 2, size: gan.latentSize }) });
 * ```
 *
 * @see Karras et al. 2018, arXiv 1710.10196, sections 2 and A.1
 */
export function createProgressiveGAN<G extends Optimizer = Adam, D extends Optimizer = Adam>(
  options: ProgressiveGANOptions<G, D>,
): ProgressiveGAN<G, D> {
  const where = 'createProgressiveGAN';
  const read = readProgressiveGANOptions(where, options);
  const { generator, discriminator, criticSteps, target, drift, seed } = read;
  const { stableImages, fadeImages, resetOptimizers, penaltyWeight } = read;
  const { stages } = generator;
  const bySchedule = read.growth === 'schedule';
  const growth = new Growth({ stages: stages.length, stableImages, fadeImages, bySchedule });
  const penalty = new GradientPenalty({ weight: penaltyWeight / target ** 2, target, seed });
  const latents = new RandomStream(seed, where).fork('latents');
  const first = stages[0]!.stable;
  const latentSize = first.inputs[0]!.shape[1]!;
  const channels = first.outputs[0]!.shape[3]!;
  const rates = { learningRate: 1e-3, beta1: 0, beta2: 0.99 };
  const optimizers = read.optimizers ?? { generator: adam(rates), discriminator: adam(rates) };
  // last, since it holds tensors
  const ema =
    read.ema === false ? undefined : new ExponentialMovingAverage(generator, read.ema ?? {});

  /** Returns a network at the current stage. */
  const now = ({ stages }: ProgressiveNetwork): LayersModel => {
    const { stable, fading = stable } = stages[growth.stage]!;
    return growth.fade > 0 ? fading : stable;
  };
  /** Changes the stage or its fade, and tells all that depend on it. */
  const change = (act: () => void): void => {
    const before = { stage: growth.stage, fades: growth.fade > 0 };
    act();
    for (const network of [generator, discriminator]) network.setFade(() => growth.fade);
    const starts = growth.stage !== before.stage;
    const ends = before.fades && growth.fade === 0;
    if (resetOptimizers !== 'never' && (starts || (ends && resetOptimizers === 'startAndEnd')))
      for (const optimizer of Object.values(optimizers)) optimizer.dispose(); // forgets its moments
  };

  const system = createSystem({
    name: 'ProgressiveGAN',
    networks: { generator, discriminator },
    optimizers: optimizers as Readonly<{ generator: G; discriminator: D }>,
    components: { growth, gradientPenalty: penalty, latents, ema },
    identity: {
      ...{ growth: read.growth, stableImages: stableImages.join(), fadeImages: fadeImages.join() },
      ...{ criticSteps, penaltyWeight, target, drift, resetOptimizers },
    },
    owns: [...(ema === undefined ? [] : [ema]), ...unlessGiven(read.optimizers, optimizers)],
    options: systemOptions(read),
    check(batch: { readonly real: Tensor }, where) {
      checkOptions(where, batch, ['real'], 'batch');
      const resolutions = stages.slice(growth.stage).map(({ resolution }) => resolution);
      checkImages(where, batch.real, resolutions, channels);
      return batch;
    },
    step({ real }, step: Step<ProgressiveGANLosses>, all) {
      const [G, D] = [
        playerOf('generator', now(generator)),
        playerOf('discriminator', now(discriminator)),
      ];
      const stage = hostDecision(() => growth.stage);
      hostDecision(() => growth.staysAfter(real.shape[0]));
      const { resolution } = stages[stage]!;
      const x = imagesOfStage(real as Tensor4D, resolution, () => growth.fade);
      const z = () => drawLatents(latents, [x.shape[0], latentSize], read.latents);

      const fake = tidy(() => G(z()));
      step.minimize(
        [all.discriminator],
        optimizers.discriminator,
        () => {
          const ofReal = D(x);
          const adversarial = sub<Scalar>(mean(D(fake)), mean(ofReal));
          const drifted = mul<Scalar>(drift, mean(square(ofReal)));
          return add(step.note('discriminator', adversarial), step.note('drift', drifted));
        },
        () => step.note('penalty', mul(penalty.compute(D, { real: x, fake }), penalty.weight)),
      );
      ema?.update();
      if (hostDecision(() => (step.index + 1) % criticSteps === 0))
        step.minimize([all.generator], optimizers.generator, () =>
          step.note('generator', neg(mean<Scalar>(D.still(G(z()))))),
        );
      change(() => hostEffect(() => growth.show(x.shape[0])));
    },
  });

  return withMembers(system, {
    ema,
    latentSize,
    get stage() {
      return growth.stage;
    },
    get resolution() {
      return stages[growth.stage]!.resolution;
    },
    get fade() {
      return growth.fade;
    },
    get images() {
      return growth.images;
    },
    get steps() {
      return updateCounts(system, criticSteps);
    },
    grow(): void {
      const where = 'ProgressiveGAN.grow';
      checkAlive(where, system);
      if (growth.isLast) fail('state', where, 'this', 'before its last stage', 'at its last stage');
      if (growth.fade > 0) fail('state', where, 'this', 'a system without a fade', growth.fade);
      change(() => growth.grow());
    },
    generate(input: { latents: Tensor; average?: boolean }): Tensor4D {
      const where = 'ProgressiveGAN.generate';
      checkAlive(where, system);
      checkOptions(where, input, ['latents', 'average']);
      const { latents, average = ema !== undefined } = input;
      if (average && ema === undefined)
        fail('state', where, 'average', 'false without an average', average);
      const weights = average ? averageOf(now(generator), ema!) : {};
      return generate(where, now(generator), { latents, weights }) as Tensor4D;
    },
  });
}
