import { add, clone, dispose, keep, mul, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions, checkTensor, fail } from '../internal/check.js';
import { advancePowerIteration } from '../layers/spectral_norms.js';
import { cycleConsistency } from '../losses/cycle_consistency.js';
import { identity } from '../losses/identity.js';
import { leastSquares } from '../losses/least_squares.js';
import { duePenalties } from '../penalties/due_penalties.js';
import type { AdversarialLoss, Penalty, Stateful } from '../types.js';
import { adam } from './adam.js';
import { preservingStatistics } from './batch_norm_statistics.js';
import { penaltiesOf } from './check_system.js';
import { checkCycle, checkCycleGANOptions, sharesShape } from './cycle_gan_options.js';
import type { CycleGANOptions } from './cycle_gan_options.js';
import { cycleNetworks } from './cycle_networks.js';
import { ImagePool } from './image_pool.js';
import { samplesAreIndependent } from './independent_samples.js';
import { judge } from './judge.js';
import type { LossLog } from './loss_log.js';
import { System } from './system.js';
import type { StepOptions } from './system.js';
import { statefulPieces } from './system_state.js';
import { translateBy } from './translate.js';
import type { TranslationMode } from './translate.js';
import { updateNetworks } from './update_networks.js';

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
  discriminatorA?: number;
  discriminatorB?: number;
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

/** One way of the cycle, in the words of its networks. */
interface Direction {
  readonly from: 'A' | 'B';
  readonly to: 'A' | 'B';
  readonly there: LayersModel;
  readonly back: LayersModel;
  readonly critic: LayersModel;
  readonly lambda: number;
}

/** Two generators, two discriminators, and the cycle between two domains. See {@link createCycleGAN}. */
export class CycleGAN extends System<CycleGANBatch, CycleGANLosses> {
  /** @internal */
  protected override readonly kind = 'CycleGAN';
  readonly networks: Readonly<{
    generatorAB: LayersModel;
    generatorBA: LayersModel;
    discriminatorA: LayersModel;
    discriminatorB: LayersModel;
  }>;
  readonly optimizers: Readonly<{ generators: Optimizer; discriminators: Optimizer }>;
  /** Generated images of A and of B that the discriminators see again. */
  readonly pools: Readonly<{ a: ImagePool; b: ImagePool }>;
  /** @internal */
  protected override readonly options: CycleGANOptions;
  private readonly loss: AdversarialLoss;
  private readonly penalties: Readonly<Record<'A' | 'B', readonly Penalty[]>>;
  private readonly directions: readonly [Direction, Direction];
  private readonly lambdaIdentity: number;

  constructor(options: CycleGANOptions) {
    super();
    const where = 'createCycleGAN';
    checkCycleGANOptions(where, options);
    this.options = options;
    this.networks = cycleNetworks(options);
    checkCycle(where, this.networks, options);
    const { penalties, optimizers, lambdaCycle = 10, poolSize = 50, seed = 0 } = options;
    this.loss = options.loss ?? leastSquares({ scale: 1 });
    this.penalties = { A: penaltiesOf(penalties?.a), B: penaltiesOf(penalties?.b) };
    this.optimizers = optimizers ?? { generators: adam(), discriminators: adam() };
    this.pools = {
      a: new ImagePool({ size: poolSize, seed: 2 * seed }),
      b: new ImagePool({ size: poolSize, seed: 2 * seed + 1 }),
    };
    const lambda =
      typeof lambdaCycle === 'number' ? { a: lambdaCycle, b: lambdaCycle } : lambdaCycle;
    const { generatorAB, generatorBA, discriminatorA, discriminatorB } = this.networks;
    this.directions = [
      {
        ...{ from: 'A', to: 'B', there: generatorAB, back: generatorBA },
        ...{ critic: discriminatorB, lambda: lambda.a },
      },
      {
        ...{ from: 'B', to: 'A', there: generatorBA, back: generatorAB },
        ...{ critic: discriminatorA, lambda: lambda.b },
      },
    ];
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
   *   `'backend'`). After an error in its midst the system is as before the step, except for the moments
   *   of an optimizer that is not gan-kit's, and training may go on.
   */
  override async trainStep(
    batch: CycleGANBatch,
    options: StepOptions = {},
  ): Promise<CycleGANLosses> {
    const where = 'CycleGAN.trainStep';
    const { generatorAB, generatorBA } = this.networks;
    checkTensor(where, 'batch.a', batch?.a, { shape: generatorAB.inputs[0]!.shape });
    checkTensor(where, 'batch.b', batch.b, { shape: generatorBA.inputs[0]!.shape });
    const { a, b } = batch;
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
    const fake: Partial<Record<'A' | 'B', Tensor>> = {};
    const translations = this.directions.map((way) => () => {
      const { loss, made } = this.translation(way, real, losses);
      fake[way.to] = keep(clone(made));
      return loss;
    });
    const same =
      this.lambdaIdentity === 0
        ? []
        : [...this.directions].map((way) => () => this.sameness(way, real, losses));
    const where = 'CycleGAN.trainStep';
    const networks = { generatorAB, generatorBA };
    const { monitor } = this.options;
    try {
      this.holdingPowerIteration(() =>
        updateNetworks({ where, networks, optimizer: this.optimizers.generators, monitor }, [
          ...translations,
          ...same,
        ]),
      );
    } catch (error) {
      dispose(Object.values(fake));
      throw error;
    }
    return fake as Domains;
  }

  /** `L_G(D(G(x))) + λ |F(G(x)) − x|` of one direction. */
  private translation(
    way: Direction,
    real: Domains,
    losses: LossLog,
  ): { loss: Scalar; made: Tensor } {
    const { from, to, there, back, critic, lambda } = way;
    const made = run(there, real[from]);
    const judged = (x: Tensor) => preservingStatistics(critic, () => run(critic, x));
    const fake = judged(made);
    const logits = this.loss.needsReal ? { fake, real: judged(real[to]) } : { fake };
    const adversarial = losses.note(`adversarial${from}${to}`, this.loss.generator(logits));
    const distance = cycleConsistency({ real: real[from], reconstructed: run(back, made) });
    const cycle = losses.note(`cycle${from}`, mul<Scalar>(distance, lambda));
    return { loss: add(adversarial, cycle), made };
  }

  /** `λ_id λ |F(x) − x|`: an image of the domain that a generator makes should come out as it is. */
  private sameness({ from, back, lambda }: Direction, real: Domains, losses: LossLog): Scalar {
    const distance = identity({ real: real[from], same: run(back, real[from]) });
    return losses.note(`identity${from}`, mul<Scalar>(distance, this.lambdaIdentity * lambda));
  }

  private translateBoth(real: Domains): Domains {
    return tidy(() => {
      const { generatorAB, generatorBA } = this.networks;
      return this.holdingPowerIteration(() => ({
        B: run(generatorAB, real.A),
        A: run(generatorBA, real.B),
      }));
    });
  }

  private updateDiscriminators(real: Domains, fake: Domains, losses: LossLog): void {
    const { discriminatorA, discriminatorB } = this.networks;
    if (this.iteratesByStep) [discriminatorA, discriminatorB].forEach(advancePowerIteration);
    const shown: Tensor[] = [];
    const term = (domain: 'A' | 'B', critic: LayersModel, pool: ImagePool) => {
      const seen = pool.query(fake[domain] as Tensor4D);
      shown.push(seen);
      return () => this.judgement(domain, critic, real[domain], seen, losses);
    };
    try {
      const terms = [
        term('B', discriminatorB, this.pools.b),
        term('A', discriminatorA, this.pools.a),
      ];
      const where = 'CycleGAN.trainStep';
      const networks = { discriminatorA, discriminatorB };
      const { monitor } = this.options;
      const optimizer = this.optimizers.discriminators;
      this.holdingPowerIteration(() =>
        updateNetworks({ where, networks, optimizer, monitor }, terms),
      );
    } finally {
      dispose(shown);
    }
  }

  /** `w L_D(D(x), D(x̃)) + Σ weight · every · penalty` of one discriminator. */
  private judgement(
    domain: 'A' | 'B',
    model: LayersModel,
    real: Tensor,
    fake: Tensor,
    losses: LossLog,
  ): Scalar {
    const critic = (x: Tensor) => run(model, x);
    const together = this.iteratesByStep && samplesAreIndependent(model);
    const logits = judge(critic, real, fake, together);
    const { discriminatorWeight = 0.5 } = this.options;
    const weighted = mul<Scalar>(this.loss.discriminator(logits), discriminatorWeight);
    const adversarial = losses.note(`discriminator${domain}`, weighted);
    const step = this.discriminatorSteps;
    const penalty = duePenalties(this.penalties[domain], step, critic, { real, fake });
    if (penalty === undefined) return adversarial;
    return add(adversarial, losses.note(`penalty${domain}`, penalty));
  }

  /**
   * Images of one domain as images of the other; nothing of the system changes.
   *
   * @param input Either `a` or `b`, float32 `[batch, height, width, channels]`, which stays the caller's;
   *   `mode`, default `'inference'`: see {@link TranslationMode}. Without dropout and batch normalization,
   *   as here by default, both are the same.
   * @returns Images of the other domain; the caller owns them.
   * @throws GanKitError if there are both or none, or they do not fit.
   */
  translate(input: {
    readonly a?: Tensor;
    readonly b?: Tensor;
    readonly mode?: TranslationMode;
  }): Tensor {
    const where = 'CycleGAN.translate';
    checkOptions(where, input, ['a', 'b', 'mode']);
    const { a, b, mode = 'inference' } = input;
    if ((a === undefined) === (b === undefined))
      fail('value', where, 'input', 'either a or b', a === undefined ? 'neither' : 'both');
    const { generatorAB, generatorBA } = this.networks;
    return a === undefined
      ? translateBy(where, generatorBA, 'b', b!, mode)
      : translateBy(where, generatorAB, 'a', a, mode);
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

/** Something of each domain. */
type Domains = Record<'A' | 'B', Tensor>;

const run = (model: LayersModel, x: Tensor): Tensor => model.apply(x, { training: true }) as Tensor;

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
 * with both generators under one optimizer, both discriminators under another. The generators move first;
 * the discriminators then see what they made before that, as in the authors' code. Both directions, and
 * the identity terms, are differentiated one after the other and their gradients summed, so that memory
 * holds one of them at a time.
 *
 * - CycleGAN: as it is.
 * - WCycleGAN-GP: `loss: wasserstein(), discriminatorWeight: 1, penalties: { a: new GradientPenalty({ seed: 1 }),
 *   b: new GradientPenalty({ seed: 2 }) }`
 * - SN-CycleGAN: `discriminatorArgs: { spectralNorm: true }`
 *
 * Training is a pure function of the seeds and the batches: two runs are equal to the last bit on one
 * backend, and so is a run that goes on from a saved state.
 *
 * @param options See {@link CycleGANOptions}.
 * @returns The system; `dispose()` frees what it made: networks, optimizers and pools that were not passed in.
 * @throws GanKitError if the networks make no cycle or an option is out of range.
 *
 * @example
 * ```ts
 * import { randomUniform } from '@tensorflow/tfjs-core';
 * import { createCycleGAN } from 'gan-kit/training';
 *
 * const cycle = createCycleGAN({
 *   inputShape: [32, 32, 3],
 *   generatorArgs: { filters: 4, blocks: 1 },
 *   discriminatorArgs: { filters: 4, layers: 2 },
 * });
 * const [a, b] = [randomUniform([1, 32, 32, 3], -1, 1), randomUniform([1, 32, 32, 3], -1, 1)];
 * const { cycleA, discriminatorB } = await cycle.trainStep({ a, b });
 * const asB = cycle.translate({ a });
 * ```
 *
 * @see Zhu et al. 2017, arXiv 1703.10593, equations 1 to 3 and sections 4 and 5.2
 */
export function createCycleGAN(options: CycleGANOptions): CycleGAN {
  return new CycleGAN(options);
}
