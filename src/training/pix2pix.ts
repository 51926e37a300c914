import { add, concat, mul, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions, checkTensor, fail } from '../internal/check.js';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { RandomStream } from '../internal/random.js';
import { checkImageSize } from '../layers/image_size.js';
import { seedMasks } from '../layers/seeded_masks.js';
import { advancePowerIteration } from '../layers/spectral_norms.js';
import { withoutEffects } from '../layers/without_effects.js';
import { l1 } from '../losses/l1.js';
import { nonSaturating } from '../losses/non_saturating.js';
import type { AdjustableOptimizer, AdversarialLoss, Penalty, Stateful } from '../types.js';
import { adam } from './adam.js';
import type { Adam } from './adam.js';
import { discriminatorLoss, generatorLoss } from './adversarial_terms.js';
import { penaltiesOf } from './check_system.js';
import { ImagePool } from './image_pool.js';
import { samplesAreIndependent } from './independent_samples.js';
import { judge } from './judge.js';
import type { LossLog } from './loss_log.js';
import { checkPix2PixOptions, pix2pixNetworks } from './pix2pix_options.js';
import type { Pix2PixOptions } from './pix2pix_options.js';
import { System } from './system.js';
import type { StepOptions } from './system.js';
import { statefulPieces } from './stateful_piece.js';
import { trainingPass } from './training_pass.js';
import { translateBy } from './translate.js';
import type { TranslationMode } from './translate.js';

/** What a step of a {@link Pix2Pix} reads: pairs. */
export interface Pix2PixBatch {
  /** What is given, float32 `[batch, height, width, channels]` in [−1, 1]. */
  readonly a: Tensor;
  /** What should come out of each, of the same height and width. */
  readonly b: Tensor;
}

/** What a step of a {@link Pix2Pix} tells: each term as it enters its sum, times its weight. */
export interface Pix2PixLosses {
  /** The discriminator's adversarial loss, without penalties. */
  discriminator: number;
  /** The weighted sum of the penalties, if there were any. */
  penalty?: number;
  /** The generator's adversarial loss. */
  generator: number;
  /** λ E|b − G(a)|. */
  l1: number;
}

/** A generator of images from images, and a discriminator of pairs. See {@link createPix2Pix}. */
export class Pix2Pix<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends System<Pix2PixBatch, Pix2PixLosses> {
  /** @internal */
  protected override readonly kind = 'Pix2Pix';
  readonly networks: Readonly<{ generator: LayersModel; discriminator: LayersModel }>;
  readonly optimizers: Readonly<{ generator: G; discriminator: D }>;
  /** Generated pairs that the discriminator sees again. */
  readonly pool: ImagePool;
  /** @internal */
  protected override readonly options: Pix2PixOptions<Optimizer, Optimizer>;
  /** @internal */
  protected override readonly loss: AdversarialLoss;
  private readonly penalties: readonly Penalty[];

  constructor(options: Pix2PixOptions<G, D>) {
    super();
    const where = 'createPix2Pix';
    checkPix2PixOptions(where, options);
    this.options = options;
    const { optimizers, penalty, poolSize = 0, seed = 0 } = options;
    this.loss = options.loss ?? nonSaturating();
    this.penalties = penaltiesOf(penalty);
    this.optimizers = (optimizers ?? { generator: adam(), discriminator: adam() }) as {
      generator: G;
      discriminator: D;
    };
    this.pool = new ImagePool({ size: poolSize, seed });
    this.networks = allOrNothing(() => pix2pixNetworks(where, options));
  }

  /** How many discriminator and generator updates were made. */
  get steps(): { discriminator: number; generator: number } {
    return { discriminator: this.discriminatorSteps, generator: this.discriminatorSteps };
  }

  /**
   * One update of the discriminator with these pairs, then one of the generator, which both see the same
   * translation: its dropout masks are drawn once.
   *
   * @param batch `a` and `b`, float32 `[batch, height, width, channels]`; they stay the caller's.
   * @param options `read: false` leaves the losses on the device, which saves waiting for a GPU.
   * @returns The losses of this step, see {@link Pix2PixLosses}; empty with `read: false`.
   * @throws GanKitError if the batch does not fit, or not into the memory of the wasm backend (code
   *   `'backend'`), and if a loss or a weight is not finite after the step (see `onNonFinite`). The system is
   *   then as before the step, and training may go on.
   */
  override trainStep(
    batch: Pix2PixBatch,
    options?: StepOptions & { read?: true },
  ): Promise<Pix2PixLosses>;
  override trainStep(batch: Pix2PixBatch, options: StepOptions): Promise<Partial<Pix2PixLosses>>;
  override async trainStep(
    batch: Pix2PixBatch,
    options: StepOptions = {},
  ): Promise<Partial<Pix2PixLosses>> {
    const where = 'Pix2Pix.trainStep';
    const { generator, discriminator } = this.networks;
    checkOptions(where, batch, ['a', 'b'], 'batch');
    checkTensor(where, 'batch.a', batch.a, { shape: generator.inputs[0]!.shape });
    checkTensor(where, 'batch.b', batch.b, { shape: generator.outputs[0]!.shape });
    const { a, b } = batch;
    const sizes = [a, b].map(({ shape }) => shape.slice(0, 3).join());
    if (sizes[0] !== sizes[1])
      fail(
        'shape',
        where,
        'batch.b',
        `as many images as batch.a and of their size, [${sizes[0]},?]`,
        b,
      );
    [generator, discriminator].forEach((one) => checkImageSize(where, 'batch.a', a, one));
    return this.step({ a, b }, options, (losses) => {
      const takeSeedsAway = seedMasks([generator], this.seedOfMasks());
      try {
        this.updateDiscriminator(a, b, losses);
        this.updateGenerator(a, b, losses);
      } finally {
        takeSeedsAway();
      }
      this.discriminatorSteps++;
    });
  }

  /** Another one at each step, for dropout layers of tfjs, which would draw two masks in it. */
  private seedOfMasks(): number {
    const { seed = 0 } = this.options;
    const stream = new RandomStream(seed, 'createPix2Pix').fork(`masks/${this.discriminatorSteps}`);
    return stream.seed % 2 ** 52;
  }

  private updateDiscriminator(a: Tensor, b: Tensor, losses: LossLog): void {
    const { generator, discriminator } = this.networks;
    if (this.iteratesByStep) [generator, discriminator].forEach(advancePowerIteration);
    // the generator's update runs this again, on the tape: masks and statistics move there
    const fake = tidy(() =>
      this.pool.query(
        pairs(
          a,
          withoutEffects([generator], () => trainingPass(generator, a)),
        ),
      ),
    );
    const real = pairs(a, b);
    try {
      const term = () => {
        const critic = (x: Tensor) => trainingPass(discriminator, x);
        const together = this.iteratesByStep && samplesAreIndependent(discriminator);
        const logits = judge(critic, real, fake, together);
        const { discriminatorWeight: weight = 0.5 } = this.options;
        const { loss, penalties, discriminatorSteps: step } = this;
        const samples = { real, fake };
        return discriminatorLoss(
          { loss, weight, logits, penalties, step, critic, samples },
          losses,
        );
      };
      this.update({ discriminator }, this.optimizers.discriminator, [term]);
    } finally {
      real.dispose();
      fake.dispose();
    }
  }

  private updateGenerator(a: Tensor, b: Tensor, losses: LossLog): void {
    const { generator, discriminator } = this.networks;
    const term = () => {
      const made = trainingPass(generator, a);
      const judged = generatorLoss(this.loss, discriminator, pairs(a, made), () => pairs(a, b));
      const adversarial = losses.note('generator', judged);
      const { lambdaL1 = 100 } = this.options;
      const distance = mul<Scalar>(l1({ target: b, prediction: made }), lambdaL1);
      return add(adversarial, losses.note('l1', distance));
    };
    this.update({ generator }, this.optimizers.generator, [term]);
  }

  /**
   * What the generator makes of images; nothing of the system changes.
   *
   * @param input `a`, float32 `[batch, height, width, channels]`, which stays the caller's, and `mode`: see
   *   {@link TranslationMode}. There is no default, since the two give different images: the published
   *   results are those of `'training'`, of one image at a time. With `'training'` there may be a `seed`, any
   *   integer from 0 on: another seed draws other dropout masks, and the same one the same. Without a seed they
   *   are those of the next step, at each call.
   * @returns Images; the caller owns them.
   * @throws GanKitError if the images do not fit, no mode is given, or a seed with `'inference'`.
   */
  translate(input: {
    readonly a: Tensor;
    readonly mode: TranslationMode;
    readonly seed?: number;
  }): Tensor4D {
    const where = 'Pix2Pix.translate';
    this.checkAlive(where);
    checkOptions(where, input, ['a', 'mode', 'seed']);
    const { a, mode, seed } = input;
    return translateBy(where, this.networks.generator, ['a', a], { mode, seed }) as Tensor4D;
  }

  /** @internal */
  protected override pieces(): Readonly<Record<string, Stateful>> {
    return statefulPieces({
      'optimizer/generator': this.optimizers.generator,
      'optimizer/discriminator': this.optimizers.discriminator,
      pool: this.pool,
      ...Object.fromEntries(this.penalties.map((penalty, i) => [`penalty/${i}`, penalty])),
    });
  }

  /** @internal */
  protected override owned(): readonly { dispose(): void }[] {
    const { options, networks, optimizers, pool } = this;
    return [
      pool,
      ...(options.optimizers === undefined ? Object.values(optimizers) : []),
      ...(options.generator === undefined ? [networks.generator] : []),
      ...(options.discriminator === undefined ? [networks.discriminator] : []),
    ];
  }
}

/** Images and what belongs to them, channel after channel, as the discriminator sees them. */
function pairs(a: Tensor, b: Tensor): Tensor4D {
  if (a.shape.slice(0, 3).join() !== b.shape.slice(0, 3).join())
    fail(
      'shape',
      'Pix2Pix.trainStep',
      'batch.a',
      `of a size that the generator keeps, here it makes [${b.shape.join(',')}]`,
      a,
      'A generator of free size keeps what it can halve evenly: resnetGenerator multiples of 4.',
    );
  return concat([a, b], -1) as Tensor4D;
}

/**
 * Wires a generator of images from images and a discriminator of pairs.
 *
 * ```
 * L(G) = L_G(D(a, G(a))) + λ E|b − G(a)|
 * L(D) = w L_D(D(a, b), D(a, G(a))) + penalties
 * ```
 *
 * Noise is the generator's dropout alone, drawn once a step; the discriminator moves first. Training is a
 * pure function of the seeds and the batches: two runs are equal to the last bit on one backend, and so is
 * a run that goes on from a saved state.
 *
 * @param options See {@link Pix2PixOptions}.
 * @returns The system; `dispose()` frees what it made: networks, optimizers and pool.
 * @throws GanKitError if the networks do not fit each other or an option is out of range.
 *
 * @example
 * ```ts
 * import { randomUniform } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { createPix2Pix } from 'gan-kit/training';
 *
 * await loadBackend();
 * const pix2pix = createPix2Pix({
 *   inputShape: [32, 32, 3],
 *   generatorArgs: { filters: 4, downsamplings: 5 },
 *   discriminatorArgs: { filters: 4, layers: 2 },
 * });
 * const [a, b] = [randomUniform([1, 32, 32, 3], -1, 1), randomUniform([1, 32, 32, 3], -1, 1)];
 * const { generator, l1 } = await pix2pix.trainStep({ a, b });
 * const made = pix2pix.translate({ a, mode: 'training' });
 * ```
 *
 * @see Isola et al. 2016, "Image-to-Image Translation with Conditional Adversarial Networks",
 * arXiv 1611.07004, equations 1 to 4 and section 3.3
 */
export function createPix2Pix<G extends Optimizer = Adam, D extends Optimizer = Adam>(
  options: Pix2PixOptions<G, D>,
): Pix2Pix<G, D> {
  return new Pix2Pix(options);
}
