import { clone, dispose, keep, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions, checkTensor, fail } from '../internal/check.js';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { checkImageSize } from '../layers/image_size.js';
import { advancePowerIteration } from '../layers/spectral_norms.js';
import { leastSquares } from '../losses/least_squares.js';
import type { AdjustableOptimizer, AdversarialLoss, Penalty, Stateful } from '../types.js';
import { adam } from './adam.js';
import { discriminatorLoss } from './adversarial_terms.js';
import { penaltiesOf } from './check_system.js';
import { checkCycle, checkCycleGANOptions, sharesShape } from './cycle_gan_options.js';
import type { CycleGANOptions } from './cycle_gan_options.js';
import { directionsOf, identityLoss, translationLoss } from './cycle_generators.js';
import type { Direction, Domains } from './cycle_generators.js';
import { cycleNetworks } from './cycle_networks.js';
import { ImagePool } from './image_pool.js';
import { samplesAreIndependent } from './independent_samples.js';
import { judge } from './judge.js';
import type { LossLog } from './loss_log.js';
import { System } from './system.js';
import type { StepOptions } from './system.js';
import { statefulPieces } from './stateful_piece.js';
import { trainingPass } from './training_pass.js';
import { translateBy } from './translate.js';
import type { TranslationMode } from './translate.js';

/** What a step of a {@link CycleGAN} reads: images of both domains that have nothing to do with each other. */
export interface CycleGANBatch {
  /** Images of A, float32 `[batch, height, width, channels]` in [−1, 1]. */
  readonly a: Tensor;
  /** As many images of B. */
  readonly b: Tensor;
}

/** What a step of a {@link CycleGAN} tells: each term as it enters its sum, times its weight. */
export interface CycleGANLosses {
  /** Of the discriminator of images of A, without penalties. */
  discriminatorA: number;
  discriminatorB: number;
  /** The weighted sums of the penalties, if there were any. */
  penaltyA?: number;
  penaltyB?: number;
  /** The adversarial loss of G: A → B, if this step updated it. */
  adversarialAB?: number;
  adversarialBA?: number;
  /** λ |F(G(a)) − a|. */
  cycleA?: number;
  cycleB?: number;
  /** Of images of A that went through F: B → A. */
  identityA?: number;
  identityB?: number;
}

/** Two generators, two discriminators, and the cycle between two domains. See {@link createCycleGAN}. */
export class CycleGAN<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends System<CycleGANBatch, CycleGANLosses> {
  /** @internal */
  protected override readonly kind = 'CycleGAN';
  readonly networks: Readonly<{
    generatorAB: LayersModel;
    generatorBA: LayersModel;
    discriminatorA: LayersModel;
    discriminatorB: LayersModel;
  }>;
  readonly optimizers: Readonly<{ generators: G; discriminators: D }>;
  /** Generated images of A and of B that the discriminators see again. */
  readonly pools: Readonly<{ a: ImagePool; b: ImagePool }>;
  /** @internal */
  protected override readonly options: CycleGANOptions<Optimizer, Optimizer>;
  /** @internal */
  protected override readonly loss: AdversarialLoss;
  private readonly penalties: Readonly<Record<'A' | 'B', readonly Penalty[]>>;
  private readonly directions: readonly [Direction, Direction];
  private readonly lambdaIdentity: number;

  constructor(options: CycleGANOptions<G, D>) {
    super();
    const where = 'createCycleGAN';
    checkCycleGANOptions(where, options);
    this.options = options;
    const { penalties, optimizers, lambdaCycle = 10, poolSize = 50, seed = 0 } = options;
    this.loss = options.loss ?? leastSquares({ scale: 1 });
    this.penalties = { A: penaltiesOf(penalties?.a), B: penaltiesOf(penalties?.b) };
    this.optimizers = (optimizers ?? { generators: adam(), discriminators: adam() }) as {
      generators: G;
      discriminators: D;
    };
    this.pools = {
      a: new ImagePool({ size: poolSize, seed: 2 * seed }),
      b: new ImagePool({ size: poolSize, seed: 2 * seed + 1 }),
    };
    this.networks = allOrNothing(() => {
      const networks = cycleNetworks(options);
      checkCycle(where, networks, options);
      return networks;
    });
    this.directions = directionsOf(this.networks, lambdaCycle);
    this.lambdaIdentity = options.lambdaIdentity ?? (sharesShape(this.networks) ? 0.5 : 0);
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
   * One update of the discriminators with this batch, before it, every `criticSteps`-th time, one of the
   * generators. The discriminators see the images of before that update, from the pools.
   *
   * @param batch `a` and `b`: float32 `[batch, height, width, channels]`, as many of each; they stay the
   *   caller's.
   * @param options `read: false` leaves the losses on the device, which saves waiting for a GPU.
   * @returns The losses of this step, see {@link CycleGANLosses}; empty with `read: false`.
   * @throws GanKitError if the batch does not fit, or not into the memory of the wasm backend (code
   *   `'backend'`), and if a loss or a weight is not finite after the step (see `onNonFinite`). The system is
   *   then as before the step, and training may go on.
   */
  override trainStep(
    batch: CycleGANBatch,
    options?: StepOptions & { read?: true },
  ): Promise<CycleGANLosses>;
  override trainStep(batch: CycleGANBatch, options: StepOptions): Promise<Partial<CycleGANLosses>>;
  override async trainStep(
    batch: CycleGANBatch,
    options: StepOptions = {},
  ): Promise<Partial<CycleGANLosses>> {
    const where = 'CycleGAN.trainStep';
    const { generatorAB, generatorBA, discriminatorA, discriminatorB } = this.networks;
    checkOptions(where, batch, ['a', 'b'], 'batch');
    checkTensor(where, 'batch.a', batch.a, { shape: generatorAB.inputs[0]!.shape });
    checkTensor(where, 'batch.b', batch.b, { shape: generatorBA.inputs[0]!.shape });
    const { a, b } = batch;
    [generatorAB, discriminatorA].forEach((one) => checkImageSize(where, 'batch.a', a, one));
    [generatorBA, discriminatorB].forEach((one) => checkImageSize(where, 'batch.b', b, one));
    if (a.shape[0] !== b.shape[0])
      fail('shape', where, 'batch.b', `as many images as batch.a, ${a.shape[0]}`, b);
    return this.step({ a, b }, options, (losses) => {
      const real = { A: a, B: b };
      const { criticSteps = 1 } = this.options;
      const updates = (this.discriminatorSteps + 1) % criticSteps === 0;
      const fake = updates ? this.updateGenerators(real, losses) : this.translateBoth(real);
      try {
        this.updateDiscriminators(real, fake, losses);
      } finally {
        dispose(fake);
      }
      this.discriminatorSteps++;
    });
  }

  /** Returns what both made of the batch, before they moved. */
  private updateGenerators(real: Domains, losses: LossLog): Domains {
    const { generatorAB, generatorBA } = this.networks;
    if (this.iteratesByStep) [generatorAB, generatorBA].forEach(advancePowerIteration);
    const { loss, directions, lambdaIdentity } = this;
    const fake: Partial<Record<'A' | 'B', Tensor>> = {};
    const translations = directions.map((way) => () => {
      const made = trainingPass(way.there, real[way.from]);
      fake[way.to] = keep(clone(made));
      return translationLoss(way, loss, real, made, losses);
    });
    const identities =
      lambdaIdentity === 0
        ? []
        : directions.map((way) => () => identityLoss(way, lambdaIdentity, real, losses));
    try {
      this.update({ generatorAB, generatorBA }, this.optimizers.generators, [
        ...translations,
        ...identities,
      ]);
    } catch (error) {
      dispose(Object.values(fake));
      throw error;
    }
    return fake as Domains;
  }

  private translateBoth(real: Domains): Domains {
    return tidy(() => {
      const { generatorAB, generatorBA } = this.networks;
      return this.holdingPowerIteration(() => ({
        B: trainingPass(generatorAB, real.A),
        A: trainingPass(generatorBA, real.B),
      }));
    });
  }

  private updateDiscriminators(real: Domains, fake: Domains, losses: LossLog): void {
    const { discriminatorA, discriminatorB } = this.networks;
    if (this.iteratesByStep) [discriminatorA, discriminatorB].forEach(advancePowerIteration);
    const shown: Tensor[] = [];
    const term = (domain: 'A' | 'B', discriminator: LayersModel, pool: ImagePool) => {
      const seen = pool.query(fake[domain] as Tensor4D);
      shown.push(seen);
      return () =>
        this.judgement(domain, discriminator, { real: real[domain], fake: seen }, losses);
    };
    try {
      const terms = [
        term('B', discriminatorB, this.pools.b),
        term('A', discriminatorA, this.pools.a),
      ];
      this.update({ discriminatorA, discriminatorB }, this.optimizers.discriminators, terms);
    } finally {
      dispose(shown);
    }
  }

  /** The loss of one discriminator. */
  private judgement(
    domain: 'A' | 'B',
    discriminator: LayersModel,
    samples: { readonly real: Tensor; readonly fake: Tensor },
    losses: LossLog,
  ): Scalar {
    const critic = (x: Tensor) => trainingPass(discriminator, x);
    const together = this.iteratesByStep && samplesAreIndependent(discriminator);
    const logits = judge(critic, samples.real, samples.fake, together);
    const { discriminatorWeight: weight = 0.5 } = this.options;
    const { loss, discriminatorSteps: step } = this;
    const penalties = this.penalties[domain];
    const terms = { loss, weight, logits, penalties, step, critic, samples };
    return discriminatorLoss(terms, losses, domain);
  }

  /**
   * Images of one domain as images of the other; nothing of the system changes.
   *
   * @param input Either `a` or `b`, float32 `[batch, height, width, channels]`, which stays the caller's;
   *   `mode`, default `'inference'`: see {@link TranslationMode}. Without dropout and batch normalization,
   *   as here by default, both are the same. `seed`, with `mode: 'training'`: which dropout masks are drawn,
   *   as for {@link Pix2Pix.translate}.
   * @returns Images of the other domain; the caller owns them.
   * @throws GanKitError if there are both or none, they do not fit, or there is a seed at inference.
   */
  translate(input: {
    readonly a?: Tensor;
    readonly b?: Tensor;
    readonly mode?: TranslationMode;
    readonly seed?: number;
  }): Tensor4D {
    const where = 'CycleGAN.translate';
    this.checkAlive(where);
    checkOptions(where, input, ['a', 'b', 'mode', 'seed']);
    const { a, b, mode = 'inference', seed } = input;
    if ((a === undefined) === (b === undefined))
      fail('value', where, 'input', 'either a or b', a === undefined ? 'neither' : 'both');
    const { generatorAB, generatorBA } = this.networks;
    const made =
      a === undefined
        ? translateBy(where, generatorBA, ['b', b], { mode, seed })
        : translateBy(where, generatorAB, ['a', a], { mode, seed });
    return made as Tensor4D;
  }

  /** @internal */
  protected override pieces(): Readonly<Record<string, Stateful>> {
    const penalties = (['A', 'B'] as const).flatMap((domain) =>
      this.penalties[domain].map((penalty, i) => [`penalty${domain}/${i}`, penalty] as const),
    );
    return statefulPieces({
      'optimizer/generators': this.optimizers.generators,
      'optimizer/discriminators': this.optimizers.discriminators,
      'pool/a': this.pools.a,
      'pool/b': this.pools.b,
      ...Object.fromEntries(penalties),
    });
  }

  /** @internal */
  protected override owned(): readonly { dispose(): void }[] {
    const { options, networks, optimizers, pools } = this;
    return [
      pools.a,
      pools.b,
      ...(options.optimizers === undefined ? Object.values(optimizers) : []),
      ...(options.generators === undefined ? [networks.generatorAB, networks.generatorBA] : []),
      ...(options.discriminators === undefined
        ? [networks.discriminatorA, networks.discriminatorB]
        : []),
    ];
  }
}
