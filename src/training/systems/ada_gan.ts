import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions, fail } from '../../internal/check.js';
import { integer, seed } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import { readOptions } from '../../internal/read_options.js';
import { checkState, countFrom } from '../../internal/state.js';
import type { SavedState, Stateful } from '../../types.js';
import { checkAlive } from '../core/check_alive.js';
import { readAtOnce } from '../core/step_options.js';
import type { StepOptions } from '../core/step_options.js';
import { StepCounter } from '../core/step_counter.js';
import { withBatch } from '../ensembles/with_batch.js';
import { DataWeights } from '../ensembles/data_weights.js';
import { Mixture } from '../ensembles/mixture.js';
import { identityComponent } from '../state/identity_component.js';
import { restoreAll, stateOf } from '../state/joined_state.js';
import type { Components } from '../state/joined_state.js';
import { modelComponent } from '../state/stateful_component.js';
import type { AdaGAN, AdaGANLosses, AdaGANOptions } from './ada_gan_options.js';
import {
  componentsIn,
  createStage,
  freeStage,
  generatorOf,
  joined,
  sharesOf,
  systemsOf,
} from './ada_gan_stage.js';
import type { Stage } from './ada_gan_stage.js';
import { readAdaGANOptions } from './read_ada_gan_options.js';
import type { ReadAdaGANOptions } from './read_ada_gan_options.js';

class BoostedSystem implements AdaGAN {
  private readonly options: ReadAdaGANOptions;
  private readonly data: DataWeights;
  private readonly draws: RandomStream;
  /** Steps of the stages that have ended. */
  private readonly ended: StepCounter = new StepCounter();
  private stage: Stage;
  /** The trained generators, the shares of which follow from their number. */
  private generators: readonly LayersModel[] = [];
  /** Whether the weights are those for the present component. */
  private weighed = true;
  private busy = false;
  private alive = true;

  constructor(where: string, options: ReadAdaGANOptions) {
    this.options = options;
    this.data = new DataWeights(options.samples);
    this.draws = new RandomStream(options.seed, where);
    this.stage = createStage(where, options, 0);
  }

  get networks(): Readonly<Record<string, LayersModel>> {
    return joined(this.stage, 'networks');
  }

  get optimizers(): Readonly<Record<string, Optimizer>> {
    return joined(this.stage, 'optimizers');
  }

  get stepCount(): number {
    return this.ended.made + this.total('stepCount');
  }

  get skipped(): number {
    return this.ended.skipped + this.total('skipped');
  }

  get disposed(): boolean {
    return !this.alive;
  }

  get components(): number {
    return this.generators.length;
  }

  get weights(): Float32Array {
    return this.data.values;
  }

  get mixture(): Mixture | undefined {
    const { generators } = this;
    if (generators.length === 0) return undefined;
    const shares = sharesOf(generators.length, (k) => this.shareOf(k));
    return new Mixture({ generators, shares, latents: this.options.latents });
  }

  /** β of component k; the first has all. */
  private shareOf(k: number): number {
    const { share } = this.options;
    return k === 0 ? 1 : share === 'equal' ? 1 / (k + 1) : share;
  }

  private total(count: 'stepCount' | 'skipped'): number {
    return Object.values(systemsOf(this.stage)).reduce((sum, one) => sum + one[count], 0);
  }

  trainStep(
    batch?: Readonly<Record<string, never>>,
    options?: { read?: true },
  ): Promise<AdaGANLosses>;
  trainStep(
    batch: Readonly<Record<string, never>>,
    options: StepOptions,
  ): Promise<Partial<AdaGANLosses>>;
  async trainStep(batch: object = {}, options: StepOptions = {}): Promise<Partial<AdaGANLosses>> {
    const where = 'AdaGAN.trainStep';
    checkAlive(where, this);
    checkOptions(where, batch, [], 'batch');
    const read = readAtOnce(where, options);
    if (this.busy)
      fail('state', where, 'this', 'at rest; await each step', 'one that makes a step');
    this.busy = true;
    try {
      const losses = await this.make(read);
      return read ? losses : {};
    } finally {
      this.busy = false;
    }
  }

  /** Makes a step of the classifier until it is trained, then of the GAN. */
  private async make(read: boolean): Promise<AdaGANLosses> {
    this.advance(); // if a factory threw when it was time
    const { ganSteps, classifierSteps, batchSize: count } = this.options;
    const { classifier, gan } = this.stage;
    const isTeaching = classifier !== undefined && classifier.stepCount < classifierSteps;
    if (isTeaching) {
      const isLast = classifier.stepCount + 1 === classifierSteps;
      const losses = await withBatch(
        this.draws,
        () => ({ real: this.data.any(count, this.draws), fake: this.fakes(count) }),
        (batch) => classifier.trainStep(batch, { read: read || isLast }),
      );
      return { ...losses, ...(await this.weighedAnew()) };
    }
    await this.weighedAnew();
    const isLast = gan.stepCount + 1 === ganSteps;
    const losses = await withBatch(
      this.draws,
      () => ({ real: this.data.weighted(count, this.draws) }),
      (batch) => gan.trainStep(batch, { read: read || isLast }),
    );
    this.advance();
    return losses as AdaGANLosses;
  }

  private fakes(count: number): Tensor {
    const [drawn] = this.draws.integerValues(1, 2 ** 31);
    return this.mixture!.generate({ count, seed: drawn! });
  }

  /** Weighs the data if the classifier has ended and that was not done yet. */
  private async weighedAnew(): Promise<AdaGANLosses> {
    const { classifier, index } = this.stage;
    if (this.weighed || classifier === undefined) return {};
    if (classifier.stepCount < this.options.classifierSteps) return {};
    const network = classifier.networks.classifier;
    const [share, { weighting }] = [this.shareOf(index), this.options];
    const { lambda, covered } = await this.data.weigh(network, share, weighting);
    this.weighed = true;
    return { covered, ...(lambda !== undefined && { lambda }) };
  }

  /** Adds the generator to the mixture and begins with the next component, if the GAN has ended. */
  private advance(): void {
    if (this.stage.gan.stepCount < this.options.ganSteps) return;
    const next = createStage('AdaGAN.trainStep', this.options, this.stage.index + 1);
    this.ended.made = this.stepCount;
    this.ended.skipped = this.skipped;
    this.generators = [...this.generators, generatorOf(this.stage)];
    this.stage = next;
    this.weighed = false;
  }

  generate(input: { count: number; seed?: number }): Tensor {
    const where = 'AdaGAN.generate';
    checkAlive(where, this);
    const read = readOptions(where, input, { count: integer({ min: 1 }), seed: seed() });
    const { mixture } = this;
    if (mixture === undefined)
      fail('state', where, 'this', `trained for ${this.options.ganSteps} steps`, this.stepCount);
    return mixture.generate(read);
  }

  /** Lists everything with a state. */
  private parts(stage: Stage, generators: readonly LayersModel[]): Components {
    const { ganSteps, classifierSteps, batchSize, share, weighting } = this.options;
    const finished = generators.map((one, k) => [`component/${k}`, modelComponent(one)] as const);
    return {
      system: identityComponent({
        ...{ kind: 'AdaGAN', ganSteps, classifierSteps, batchSize, share, weighting },
      }),
      steps: this.ended,
      progress: this.progress(stage),
      draws: this.draws,
      data: this.data,
      ...Object.fromEntries(finished),
      ...systemsOf(stage),
    };
  }

  private progress({ index }: Stage): Stateful {
    return {
      state: async () => ({ values: { index, weighed: Number(this.weighed) }, arrays: {} }),
      restore: async (state) => {
        this.weighed = countFrom('AdaGAN.restore', state, 'weighed') === 1;
      },
    };
  }

  async state(): Promise<SavedState> {
    checkAlive('AdaGAN.state', this);
    return stateOf(this.parts(this.stage, this.generators));
  }

  async restore(state: SavedState): Promise<void> {
    const where = 'AdaGAN.restore';
    checkAlive(where, this);
    checkState(where, state);
    const index = componentsIn(where, state) ?? this.stage.index;
    const made: Stage[] = [];
    try {
      for (let k = 0; k <= index; k++) made.push(createStage(where, this.options, k));
      const generators = made.slice(0, -1).map(({ gan }) => gan.networks.generator);
      await restoreAll(where, this.parts(made.at(-1)!, generators), state);
      freeStage(this.stage);
      for (const one of this.generators) one.dispose();
      this.stage = made.pop()!;
      made.forEach((one) => freeStage(one, one.gan.networks.generator));
      this.generators = generators;
    } catch (error) {
      made.forEach((one) => freeStage(one));
      throw error;
    }
  }

  dispose(): void {
    this.alive = false;
    for (const system of Object.values(systemsOf(this.stage))) system.dispose();
    for (const one of this.generators) one.dispose();
    this.generators = [];
  }
}

/**
 * Boosts GANs into a mixture: each new one is trained on data weighed by what the mixture so far lacks.
 *
 * ```
 * P₁ = G₁,  P_t = (1 − β_t) P_{t−1} + β_t G_t
 * ```
 *
 * For t ≥ 2, a classifier D learns to tell data from samples of P_{t−1}; h = (1 − D)/D estimates how much too often the
 * mixture makes a sample, and {@link adaGANWeights} turns h into weights, 0 for what is covered, by which the t-th GAN draws
 * its batches. So GANs that find one mode at a time find them all.
 *
 * `trainStep()` draws its own batches from `samples`: `ganSteps` of the first GAN, then, for each further one,
 * `classifierSteps` of a classifier and `ganSteps` of the GAN. Stop when `components` is what you want.
 *
 * @param options See {@link AdaGANOptions}.
 * @returns The system. A checkpoint holds all generators, the weights of the data and whatever is in training. `dispose()`
 *   frees the mixture; the networks and optimizers in training stay, in `networks` and `optimizers`.
 * @throws GanKitError if an option is out of range, or a network does not fit the samples.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { nonSaturating } from 'gan-kit/losses';
 * import { createAdaGAN, createGAN, sampleLatents } from 'gan-kit/training';
 *
 * await loadBackend();
 * const network = (inputs: number, outputs: number) =>
 *   sequential({ layers: [layers.dense({ units: outputs, inputShape: [inputs] })] });
 * const ada = createAdaGAN({
 *   samples: sampleLatents({ count: 100, size: 2 }),
 *   gan: (index) =>
 *     createGAN({
 *       generator: network(4, 2),
 *       discriminator: network(2, 1),
 *       loss: nonSaturating(),
 *       seed: index,
 *     }),
 *   classifier: () => network(2, 1),
 *   ganSteps: 3,
 *   classifierSteps: 2,
 * });
 * while (ada.components < 2) await ada.trainStep();
 * console.log(ada.mixture?.shares); // → [ 0.5, 0.5 ]
 * console.log(ada.generate({ count: 5 }).shape); // → [ 5, 2 ]
 * ```
 *
 * @see Tolstikhin et al. 2017, arXiv 1701.02386, algorithm 1
 */
export function createAdaGAN(options: AdaGANOptions): AdaGAN {
  const where = 'createAdaGAN';
  return new BoostedSystem(where, readAdaGANOptions(where, options));
}
