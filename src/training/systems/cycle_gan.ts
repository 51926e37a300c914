import { add, mul, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { checkOptions, fail } from '../../internal/check.js';
import { allOrNothing } from '../../internal/freed_if_thrown.js';
import { hostDecision } from '../../internal/host_input.js';
import { cycleConsistency } from '../../losses/cycle_consistency.js';
import { identity } from '../../losses/identity.js';
import type { AdjustableOptimizer } from '../../types.js';
import { discriminatorLoss, generatorLoss } from '../core/adversarial_terms.js';
import { checkAlive } from '../core/check_alive.js';
import { unconditioned } from '../core/conditions.js';
import { createSystem } from '../core/create_system.js';
import type { System } from '../core/create_system.js';
import { discriminate, mayShareAPass } from '../core/discriminate.js';
import type { Player } from '../core/player.js';
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
import { cycleNetworks, readCycleGANOptions, sharesShape } from './cycle_gan_options.js';
import type { CycleGANOptions, CycleNetworks } from './cycle_gan_options.js';
import { checkImages, checkSizeKept } from './translation_options.js';

/** The batch of a step of a {@link CycleGAN}: unpaired images of both domains. */
export interface CycleGANBatch {
  /** Images of A, float32 `[batch, height, width, channels]` in [−1, 1]. */
  readonly a: Tensor;
  /** The same number of images of B. */
  readonly b: Tensor;
}

/** The losses of a step of a {@link CycleGAN}: each term as it enters its sum, times its weight. */
export interface CycleGANLosses {
  /** The loss of the discriminator of A, without penalties. */
  discriminatorA: number;
  discriminatorB: number;
  /** The weighted sums of the penalties, if there were any. */
  penaltyA?: number;
  penaltyB?: number;
  /** The adversarial loss of G: A → B, if this step updated it. */
  generatorAB?: number;
  generatorBA?: number;
  /** λ |F(G(a)) − a|. */
  cycleA?: number;
  cycleB?: number;
  /** The identity loss of F: B → A on images of A. */
  identityA?: number;
  identityB?: number;
}

/** Two generators, two discriminators, and the cycle between two domains. See {@link createCycleGAN}. */
export interface CycleGAN<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends System<
  CycleGANBatch,
  CycleGANLosses,
  keyof CycleNetworks,
  Readonly<{ generators: G; discriminators: D }>
> {
  /** Generated images of A and of B that are shown to the discriminators again. */
  readonly pools: Readonly<{ a: ImagePool; b: ImagePool }>;
  /** Numbers of discriminator and generator updates. */
  readonly steps: UpdateCounts;
  /**
   * Translates images of one domain into the other; nothing in the system changes.
   *
   * @param input Either `a` or `b`, float32 `[batch, height, width, channels]`, which stays the caller's; `mode`,
   *   default `'inference'`: see {@link TranslationMode}, both of which are the same without dropout and batch
   *   normalization, as here by default; `seed`, with `mode: 'training'`, as for {@link Pix2Pix.translate}.
   * @returns Images of the other domain; the caller owns them.
   * @throws GanKitError if both or neither are given, they do not fit, or there is a seed at inference.
   */
  translate(input: {
    readonly a?: Tensor;
    readonly b?: Tensor;
    readonly mode?: TranslationMode;
    readonly seed?: number;
  }): Tensor4D;
}

/**
 * Wires two generators and two discriminators into a cycle between two domains of images.
 *
 * ```
 * G: A → B, F: B → A
 * L(G, F)  = L_G(D_B(G(a))) + L_G(D_A(F(b)))
 *          + λ_a E|F(G(a)) − a| + λ_b E|G(F(b)) − b|
 *          + λ_id (λ_b E|G(b) − b| + λ_a E|F(a) − a|)
 * L(D_A)   = w L_D(D_A(a), D_A(pool(F(b)))) + penalties
 * L(D_B)   = w L_D(D_B(b), D_B(pool(G(a)))) + penalties
 * ```
 *
 * with one optimizer for both generators, another for both discriminators. The generators move first; the
 * discriminators then see images made before that, as in the authors' code. The terms of a sum are differentiated
 * one after the other, so that memory holds one of them at a time. By default this is CycleGAN; others are
 *
 * - WCycleGAN-GP: `loss: wasserstein(), discriminatorWeight: 1, penalties: { a: new GradientPenalty({ seed: 1 }),
 *   b: new GradientPenalty({ seed: 2 }) }`
 * - SN-CycleGAN: `discriminatorOptions: { spectralNorm: true }`
 *
 * @param options See {@link CycleGANOptions}.
 * @returns The system; `dispose()` frees what it made: networks, optimizers and pools that were not passed in.
 * @throws GanKitError if the networks do not form a cycle or an option is out of range.
 *
 * @example
 * ```ts
 * import { randomUniform } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { createCycleGAN } from 'gan-kit/training';
 *
 * await loadBackend();
 * const cycle = createCycleGAN({
 *   inputShape: [32, 32, 3],
 *   generatorOptions: { filters: 4, blocks: 1 },
 *   discriminatorOptions: { filters: 4, layers: 2 },
 * });
 * const [a, b] = [randomUniform([1, 32, 32, 3], -1, 1), randomUniform([1, 32, 32, 3], -1, 1)];
 * const { cycleA, discriminatorB } = await cycle.trainStep({ a, b });
 * const asB = cycle.translate({ a });
 * ```
 *
 * @see Zhu et al. 2017, arXiv 1703.10593, equations 1 to 3 and sections 4 and 5.2
 */
export function createCycleGAN<G extends Optimizer = Adam, D extends Optimizer = Adam>(
  options: CycleGANOptions<G, D>,
): CycleGAN<G, D> {
  const where = 'createCycleGAN';
  const read = readCycleGANOptions(where, options);
  const { optimizers: given, lambdaCycle: lambda, loss, poolSize, seed, criticSteps } = read;
  const penalties = { A: penaltiesOf(read.penalties?.a), B: penaltiesOf(read.penalties?.b) };
  const optimizers = given ?? { generators: adam(), discriminators: adam() };
  const poolOf = (k: number) => new ImagePool({ size: poolSize, seed: 2 * seed + k });
  const pools = { a: poolOf(0), b: poolOf(1) };
  const networks = allOrNothing(() => cycleNetworks(where, read));
  const { generatorAB, generatorBA, discriminatorA, discriminatorB } = networks;
  const lambdaIdentity = read.lambdaIdentity ?? (sharesShape(networks) ? 0.5 : 0);

  const system = createSystem({
    name: 'CycleGAN',
    networks,
    optimizers: optimizers as Readonly<{ generators: G; discriminators: D }>,
    components: {
      'pool/a': pools.a,
      'pool/b': pools.b,
      ...Object.fromEntries(penalties.A.map((penalty, i) => [`penaltyA/${i}`, penalty])),
      ...Object.fromEntries(penalties.B.map((penalty, i) => [`penaltyB/${i}`, penalty])),
    },
    identity: { loss: loss.name, criticSteps },
    owns: [
      ...Object.values(pools),
      ...unlessGiven(given, optimizers),
      ...unlessGiven(read.generators, { generatorAB, generatorBA }),
      ...unlessGiven(read.discriminators, { discriminatorA, discriminatorB }),
    ],
    options: systemOptions(read),
    check(batch: CycleGANBatch, where) {
      checkOptions(where, batch, ['a', 'b'], 'batch');
      const { a, b } = batch;
      checkImages(where, 'batch.a', a, [generatorAB, discriminatorA]);
      checkImages(where, 'batch.b', b, [generatorBA, discriminatorB]);
      if (a.shape[0] !== b.shape[0])
        fail('shape', where, 'batch.b', `as many images as batch.a, ${a.shape[0]}`, b);
      return { a, b };
    },
    step({ a, b }, step: Step<CycleGANLosses>, players) {
      const { generatorAB: G, generatorBA: F, discriminatorA: DA, discriminatorB: DB } = players;
      const ways = [
        { way: 'AB', from: 'A', x: a, y: b, there: G, back: F, critic: DB, lambda: lambda.a },
        { way: 'BA', from: 'B', x: b, y: a, there: F, back: G, critic: DA, lambda: lambda.b },
      ] as const;
      type Way = (typeof ways)[number];
      const made: Tensor[] = [];
      const translate = (there: Player, x: Tensor): Tensor => {
        const images = there(x);
        made.push(step.keep(images));
        return images;
      };

      /** Computes L_G(D(G(x))) + λ |F(G(x)) − x|. */
      const translationLoss = ({ way, from, x, y, there, back, critic, lambda }: Way): Scalar => {
        const fake = translate(there, x);
        const term = generatorLoss(loss, critic, unconditioned(fake), () => unconditioned(y));
        const adversarial = step.note(`generator${way}`, term);
        const reconstructed = back(fake);
        const rule = 'of a size that comes back through both generators, here as';
        const parameter = `batch.${from.toLowerCase()}`;
        checkSizeKept('CycleGAN.trainStep', parameter, rule, x, reconstructed);
        const distance = cycleConsistency({ real: x, reconstructed });
        return add(adversarial, step.note(`cycle${from}`, mul<Scalar>(distance, lambda)));
      };

      /** Computes λ_id λ |F(x) − x|: a generator should not change an image of its own output domain. */
      const identityLoss = ({ from, x, back, lambda }: Way): Scalar => {
        const distance = identity({ real: x, same: back(x) });
        return step.note(`identity${from}`, mul<Scalar>(distance, lambdaIdentity * lambda));
      };

      /** Computes w L_D(D(x), D(pool(x̃))) + penalties. */
      const lossOfD = (domain: 'A' | 'B', D: Player, x: Tensor, seen: Tensor): Scalar => {
        const [real, fake] = [unconditioned(x), unconditioned(seen)];
        const logits = discriminate(D, real, fake, mayShareAPass(D.model, read));
        const terms = { loss, weight: read.discriminatorWeight, penalties: penalties[domain] };
        const about = { ...terms, discriminator: D, logits, real, fake, step: () => step.index };
        return discriminatorLoss<'A' | 'B'>(about, step.note, domain);
      };

      if (hostDecision(() => (step.index + 1) % criticSteps === 0))
        step.minimize(
          [G, F],
          optimizers.generators,
          ...ways.map((one) => () => translationLoss(one)),
          ...(lambdaIdentity === 0 ? [] : ways.map((one) => () => identityLoss(one))),
        );
      else tidy(() => ways.forEach(({ there, x }) => translate(there, x)));

      // both as they were before the generators moved
      const [fakeB, fakeA] = made as [Tensor4D, Tensor4D];
      const [seenB, seenA] = [pools.b.query(fakeB), pools.a.query(fakeA)];
      step.minimize(
        [DA, DB],
        optimizers.discriminators,
        () => lossOfD('B', DB, b, seenB),
        () => lossOfD('A', DA, a, seenA),
      );
    },
  });

  return withMembers(system, {
    pools,
    get steps() {
      return updateCounts(system, criticSteps);
    },
    translate(input: Parameters<CycleGAN['translate']>[0]): Tensor4D {
      const where = 'CycleGAN.translate';
      checkAlive(where, system);
      checkOptions(where, input, ['a', 'b', 'mode', 'seed']);
      const { a, b, mode = 'inference', seed } = input;
      if ((a === undefined) === (b === undefined))
        fail('value', where, 'input', 'either a or b', a === undefined ? 'neither' : 'both');
      const [generator, name, images] =
        a === undefined ? ([generatorBA, 'b', b] as const) : ([generatorAB, 'a', a] as const);
      return translateBy(where, generator, [name, images], { mode, seed }) as Tensor4D;
    },
  });
}
