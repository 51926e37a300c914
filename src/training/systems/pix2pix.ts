import { add, concat, dispose, mul, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { checkOptions, checkTensor, fail } from '../../internal/check.js';
import { allOrNothing } from '../../internal/freed_if_thrown.js';
import { RandomStream } from '../../internal/random.js';
import { withoutEffects } from '../../layers/modes/without_effects.js';
import { seedMasks } from '../../layers/seeded_masks.js';
import { l1 } from '../../losses/l1.js';
import type { AdjustableOptimizer } from '../../types.js';
import { discriminatorLoss, generatorLoss } from '../core/adversarial_terms.js';
import { checkAlive } from '../core/check_alive.js';
import { unconditioned } from '../core/conditions.js';
import { createSystem } from '../core/create_system.js';
import type { System } from '../core/create_system.js';
import { discriminate, mayShareAPass } from '../core/discriminate.js';
import { unlessGiven } from '../core/owned.js';
import type { Step } from '../core/recipe.js';
import { systemOptions } from '../core/system_schema.js';
import { updateCounts } from '../core/update_counts.js';
import type { UpdateCounts } from '../core/update_counts.js';
import { withMembers } from '../core/with_members.js';
import { ImagePool } from '../history/image_pool.js';
import { adam } from '../optimizers/adam.js';
import type { Adam } from '../optimizers/adam.js';
import { penaltiesOf } from '../step/check_system.js';
import { translateBy } from '../translate.js';
import type { TranslationMode } from '../translate.js';
import { readPix2PixOptions, pix2pixNetworks } from './pix2pix_options.js';
import type { Pix2PixOptions } from './pix2pix_options.js';
import { checkImages, checkSizeKept } from './translation_options.js';

/** The batch of a step of a {@link Pix2Pix}: pairs. */
export interface Pix2PixBatch {
  /** Input images, float32 `[batch, height, width, channels]` in [−1, 1]. */
  readonly a: Tensor;
  /** Target image of each, of the same height and width. */
  readonly b: Tensor;
}

/** The losses of a step of a {@link Pix2Pix}: each term as it enters its sum, times its weight. */
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
export interface Pix2Pix<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends System<
  Pix2PixBatch,
  Pix2PixLosses,
  'generator' | 'discriminator',
  Readonly<{ generator: G; discriminator: D }>
> {
  /** Generated pairs that are shown to the discriminator again. */
  readonly pool: ImagePool;
  /** Numbers of discriminator and generator updates. */
  readonly steps: UpdateCounts;
  /**
   * Translates images with the generator; nothing in the system changes.
   *
   * @param input `a`, float32 `[batch, height, width, channels]`, which stays the caller's, and `mode`: see
   *   {@link TranslationMode}. There is no default, since the two give different images: the published results
   *   are those of `'training'`, of one image at a time. `'training'` allows a `seed`, any integer from 0 on,
   *   which fixes the dropout masks. Without a seed they are those of the next step, at each call.
   * @returns Images; the caller owns them.
   * @throws GanKitError if the images do not fit, no mode is given, or there is a seed with `'inference'`.
   */
  translate(input: {
    readonly a: Tensor;
    readonly mode: TranslationMode;
    readonly seed?: number;
  }): Tensor4D;
}

/**
 * Wires a generator of images from images and a discriminator of pairs.
 *
 * ```
 * L(G) = L_G(D(a, G(a))) + λ E|b − G(a)|
 * L(D) = w L_D(D(a, b), D(a, G(a))) + penalties
 * ```
 *
 * Noise is the generator's dropout alone, drawn once a step; the discriminator moves first. Training is a pure
 * function of the seeds and the batches: two runs are bit-identical on one backend, and so is a run that
 * continues from a saved state.
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
 *   generatorOptions: { filters: 4, downsamplings: 5 },
 *   discriminatorOptions: { filters: 4, layers: 2 },
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
  const where = 'createPix2Pix';
  const read = readPix2PixOptions(where, options);
  const { optimizers: given, seed, loss, discriminatorWeight: weight, lambdaL1 } = read;
  const penalties = penaltiesOf(read.penalty);
  const optimizers = given ?? { generator: adam(), discriminator: adam() };
  const pool = new ImagePool({ size: read.poolSize, seed });
  const networks = allOrNothing(() => pix2pixNetworks(where, read));
  const { generator, discriminator } = networks;
  /** Whether real and fake pairs may share one pass. */
  const together = mayShareAPass(discriminator, read);

  const system = createSystem({
    name: 'Pix2Pix',
    networks,
    optimizers: optimizers as Readonly<{ generator: G; discriminator: D }>,
    components: {
      pool,
      ...Object.fromEntries(penalties.map((penalty, i) => [`penalty/${i}`, penalty])),
    },
    identity: { loss: loss.name, criticSteps: 1 },
    owns: [
      pool,
      ...unlessGiven(given, optimizers),
      ...unlessGiven(read.generator, { generator }),
      ...unlessGiven(read.discriminator, { discriminator }),
    ],
    options: systemOptions(read),
    check(batch: Pix2PixBatch, where) {
      checkOptions(where, batch, ['a', 'b'], 'batch');
      const { a, b } = batch;
      checkImages(where, 'batch.a', a, [generator, discriminator]);
      checkTensor(where, 'batch.b', b, { shape: generator.outputs[0]!.shape });
      const sizes = [a, b].map(({ shape }) => shape.slice(0, 3).join());
      if (sizes[0] !== sizes[1])
        fail(
          'shape',
          where,
          'batch.b',
          `as many images as batch.a and of their size, [${sizes[0]},?]`,
          b,
        );
      return { a, b };
    },
    step({ a, b }, step: Step<Pix2PixLosses>, { generator: G, discriminator: D }) {
      step.advance(G);
      const takeSeedsAway = seedMasks([generator], () => seedOfMasks(seed, step.index));
      try {
        // the generator's update runs this again, on the tape: masks and statistics move there
        const made = () => withoutEffects([generator], () => G(a));
        const fake = unconditioned(tidy(() => pool.query(pairs(a, made()))));
        const real = unconditioned(pairs(a, b));
        step.minimize([D], optimizers.discriminator, () => {
          const logits = discriminate(D, real, fake, together);
          const about = { loss, weight, discriminator: D, logits, penalties };
          return discriminatorLoss({ ...about, step: () => step.index, real, fake }, step.note);
        });
        dispose([real.x, fake.x]);

        step.minimize([G], optimizers.generator, () => {
          const made = G(a);
          const fake = unconditioned(pairs(a, made));
          const adversarial = generatorLoss(loss, D, fake, () => unconditioned(pairs(a, b)));
          const distance = mul<Scalar>(l1({ target: b, prediction: made }), lambdaL1);
          return add<Scalar>(step.note('generator', adversarial), step.note('l1', distance));
        });
      } finally {
        takeSeedsAway();
      }
    },
  });

  return withMembers(system, {
    pool,
    get steps() {
      return updateCounts(system);
    },
    translate(input: Parameters<Pix2Pix['translate']>[0]): Tensor4D {
      const where = 'Pix2Pix.translate';
      checkAlive(where, system);
      checkOptions(where, input, ['a', 'mode', 'seed']);
      const { a, mode, seed } = input;
      return translateBy(where, generator, ['a', a], { mode, seed }) as Tensor4D;
    },
  });
}

/** Derives a new seed at each step for tfjs's dropout layers, which would otherwise draw two masks in it. */
const seedOfMasks = (seed: number, step: number): number =>
  new RandomStream(seed, 'createPix2Pix').fork(`masks/${step}`).seed % 2 ** 52;

/** Joins images and their counterparts along the channels, as the discriminator sees them. */
function pairs(a: Tensor, b: Tensor): Tensor4D {
  const rule = 'of a size that the generator keeps, here it makes';
  checkSizeKept('Pix2Pix.trainStep', 'batch.a', rule, a, b);
  return concat([a, b], -1) as Tensor4D;
}
