import { add, dispose, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOneOf, checkOptions, checkTensor } from '../../internal/check.js';
import { RandomStream } from '../../internal/random.js';
import { scaleGradient } from '../../ops/scale_gradient.js';
import type { AdjustableOptimizer } from '../../types.js';
import { checkAlive } from '../core/check_alive.js';
import { checkConditions, conditionsFor } from '../core/conditions.js';
import { createSystem } from '../core/create_system.js';
import type { System } from '../core/create_system.js';
import { mayShareAPass } from '../core/discriminate.js';
import { unlessGiven } from '../core/owned.js';
import type { Player } from '../core/player.js';
import { systemOptions } from '../core/system_schema.js';
import { withMembers } from '../core/with_members.js';
import { drawLatents } from '../latents.js';
import { adam } from '../optimizers/adam.js';
import type { Adam } from '../optimizers/adam.js';
import { severalOptimizers } from '../step/several_optimizers.js';
import { readStackedGANOptions } from './stacked_gan_options.js';
import type { StackedGANOptions } from './stacked_gan_options.js';
import { levelDiscriminatorLoss, levelGeneratorLoss } from './stacked_losses.js';
import type { LevelTerms, StackedGANLosses } from './stacked_losses.js';
import { STACK_MODES, StackModeState } from './stacked_mode.js';
import type { StackMode } from './stacked_mode.js';
import { generateFromImages, generateFromLabels } from './stacked_sampling.js';
import type { StackedGANInput, StackedReconstruction } from './stacked_sampling.js';

/** The batch of a step of a {@link StackedGAN}. */
export interface StackedGANBatch {
  /** Images as the encoder takes them. */
  readonly real: Tensor;
  /** Their labels, as the generator at the top takes them: `[batch, classes]`, or `[batch, 1]` numbers of classes. */
  readonly condition: Tensor;
}

/** The names of the networks that learn, with their level. */
type TrainedNetwork = `generator${number}` | `discriminator${number}`;
type StackedNetwork = 'encoder' | TrainedNetwork;

/** A stack of generators over an encoder. See {@link createStackedGAN}. */
export interface StackedGAN<O extends Optimizer = AdjustableOptimizer> extends System<
  StackedGANBatch,
  StackedGANLosses,
  StackedNetwork,
  Readonly<Record<TrainedNetwork, O>>
> {
  /** What the next steps condition generators on; may be set at any time, and is part of the state. */
  mode: StackMode;
  /** The length of z_i, by level. */
  readonly latentSizes: readonly number[];
  /**
   * Makes samples of labels from the top of the stack down, x̂ = G_0(… G_{N−1}(y, z_{N−1}) …, z_0), at inference.
   *
   * @param input See {@link StackedGANInput}.
   * @returns Images, which the caller owns.
   * @throws GanKitError if the tensors do not fit, or both latents and a seed are given.
   */
  generate(input: StackedGANInput): Tensor;
  /**
   * Makes images from the features of others, x̂ = G_0(… G_{k−1}(E_k(x), z_{k−1}) …, z_0), at inference: what h_k holds stays,
   * all else is drawn.
   *
   * @param input See {@link StackedReconstruction}.
   * @returns Images, which the caller owns.
   * @throws GanKitError if the tensors do not fit, the level is out of range, or both latents and a seed are given.
   */
  reconstruct(input: StackedReconstruction): Tensor;
}

/**
 * Wires generators into a stack that inverts a classifier layer by layer: each makes the features of one layer from those
 * of the next higher one, and has a discriminator of its own.
 *
 * ```
 * h_0 = x,  h_{i+1} = E_i(h_i),  h_N = y
 * ĥ_i    = G_i(h_{i+1}, z_i)                      independent
 * ĥ_i    = G_i(ĥ_{i+1}, z_i),  ĥ_N = y             joint
 * L_D,i  = λ_a w L_D(D_i(h_i), D_i(ĥ_i)) + λ_e E (Q_i(ĥ_i) − z_i)²
 * L_G,i  = λ_a L_G(D_i(ĥ_i)) + λ_c dist(E_i(ĥ_i), h_{i+1}) + λ_e E (Q_i(ĥ_i) − z_i)²
 * ```
 *
 * dist is the mean of squared differences, and at the top the cross-entropy with y; in joint mode it is from ĥ_{i+1}. The
 * encoder runs at inference and never changes. All discriminators move at one moment, then all generators.
 *
 * The levels learn independently of each other first, and then jointly: set `gan.mode = 'joint'`. How much a joint generator
 * then learns from the levels below it is `jointGradient`.
 *
 * The state has the encoder, too, because the generators are of use with its features only: a restored system's encoder is
 * the one that was saved.
 *
 * @param options See {@link StackedGANOptions}.
 * @returns The system; `dispose()` frees default optimizers.
 * @throws GanKitError if the networks do not fit the encoder or each other, or an option is out of range.
 *
 * @example
 * ```ts
 * import { oneHot, randomUniform } from '@tensorflow/tfjs-core';
 * import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
 * import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { createStackedGAN } from 'gan-kit/training';
 *
 * await loadBackend();
 * const dense = (units: number) => layers.dense({ units });
 * const encoder = sequential({
 *   layers: [layers.dense({ units: 4, inputShape: [6], name: 'h1' }), dense(3)], // trained before
 * });
 * const level = (size: number, condition: number) => {
 *   const [z, h, x] = [input({ shape: [2] }), input({ shape: [condition] }), input({ shape: [size] })];
 *   const made = dense(size).apply(layers.concatenate().apply([z, h])) as SymbolicTensor;
 *   const trunk = dense(5).apply(x);
 *   const judged = [dense(1).apply(trunk), dense(2).apply(trunk)] as SymbolicTensor[];
 *   return {
 *     generator: model({ inputs: [z, h], outputs: made }),
 *     discriminator: model({ inputs: x, outputs: judged }),
 *   };
 * };
 * const gan = createStackedGAN({ encoder, features: ['h1'], levels: [level(6, 4), level(4, 3)] });
 * const condition = oneHot([0, 2, 1, 2], 3);
 * const { conditional0, entropy1 } = await gan.trainStep({ real: randomUniform([4, 6]), condition });
 * gan.mode = 'joint';
 * const samples = gan.generate({ condition, seed: 1 });
 * ```
 *
 * @see Huang et al. 2017, arXiv 1612.04357, section 3
 */
export function createStackedGAN<O extends Optimizer = Adam>(
  options: StackedGANOptions<O>,
): StackedGAN<O> {
  const where = 'createStackedGAN';
  const read = readStackedGANOptions(where, options);
  const { encoder, levels, stack, latentSizes, loss, weights, jointGradient } = read;
  const { discriminatorWeight } = read;
  const made = () => levels.map(() => adam({ learningRate: 1e-4 }));
  const passed = read.optimizers ?? { generators: made(), discriminators: made() };
  const optimizers = byLevel<Optimizer>(passed.generators, passed.discriminators);
  const latents = new RandomStream(read.seed, where).fork('latents');
  const mode = new StackModeState(read.mode);
  const topDown = levels.map((_, i) => levels.length - 1 - i);
  const top = levels.at(-1)!.generator;

  const system = createSystem<
    StackedGANBatch,
    StackedGANLosses,
    StackedNetwork,
    Readonly<Record<TrainedNetwork, O>>
  >({
    name: 'StackedGAN',
    networks: {
      encoder,
      ...byLevel<LayersModel>(
        levels.map(({ generator }) => generator),
        levels.map(({ discriminator }) => discriminator),
      ),
    },
    optimizers: optimizers as Readonly<Record<TrainedNetwork, O>>,
    components: { mode, latents },
    identity: {
      ...{ loss: loss.name, features: read.features.join(), jointGradient, discriminatorWeight },
      ...weights,
    },
    owns: unlessGiven(read.optimizers, optimizers),
    options: systemOptions(read),
    check(batch, where) {
      checkOptions(where, batch, ['real', 'condition'], 'batch');
      const { real, condition } = batch;
      checkTensor(where, 'batch.real', real, { shape: stack.shapeOf(0) });
      checkConditions(where, 'batch.condition', [condition], [top], real.shape[0]);
      return { real, condition };
    },
    step({ real: x, condition }, step, players) {
      const G = levels.map((_, i) => players[`generator${i}`]!);
      const D = levels.map((_, i) => players[`discriminator${i}`]!);
      const y = conditionsFor(top, [condition])[0]!;
      const h = [...tidy(() => stack.featuresOf(x)), y];
      const isJoint = mode.current === 'joint';
      /** Whether the losses of a level have a gradient in the generators above it. */
      const isLinked = isJoint && jointGradient > 0;
      /** Makes ĥ_i of h_{i+1}, or of the ĥ_{i+1} above. */
      const make = (level: number, above: Tensor) => {
        const condition = isJoint ? above : h[level + 1]!;
        const z = drawLatents(latents, [x.shape[0], latentSizes[level]!], read.latents);
        return { level, condition, z, fake: G[level]!(z, condition) };
      };
      const termsOf = ({ level, z, fake }: ReturnType<typeof make>): LevelTerms => ({
        ...{ level, loss, discriminatorWeight, weights, note: step.note },
        ...{ discriminator: D[level]!, real: h[level]!, fake, z },
      });
      const move = (players: readonly Player[], terms: readonly (() => Scalar)[]) => {
        const moves = players.map(({ name, model }) => [model, optimizers[name]!] as const);
        step.minimize(players, severalOptimizers(moves), ...terms);
      };

      const fakes = tidy(() => {
        let above = y;
        return topDown.map((level) => {
          const one = make(level, above);
          above = one.fake;
          return one;
        });
      });
      const judging = fakes.map((one) => () => {
        const together = mayShareAPass(D[one.level]!.model, read);
        return levelDiscriminatorLoss(termsOf(one), together);
      });
      move(D, judging);
      dispose(fakes.map(({ fake }) => fake));

      let above = y;
      const making = topDown.map((level) => (): Scalar => {
        const one = make(level, above);
        const { fake, condition } = one;
        if (isLinked) above = scaleGradient(fake, jointGradient);
        else if (isJoint) above = step.keep(fake);
        return levelGeneratorLoss(termsOf(one), () =>
          level === levels.length - 1
            ? stack.crossEntropy(level, fake, condition)
            : stack.distance(level, fake, condition),
        );
      });
      const sum = (): Scalar => making.map((term) => term()).reduce((a, b) => add<Scalar>(a, b));
      move(G, isLinked ? [sum] : making);
    },
  });

  return withMembers(system, {
    latentSizes,
    get mode(): StackMode {
      return mode.current;
    },
    set mode(next: StackMode) {
      checkOneOf('StackedGAN.mode', 'mode', next, STACK_MODES);
      mode.current = next;
    },
    generate(input: StackedGANInput): Tensor {
      const where = 'StackedGAN.generate';
      checkAlive(where, system);
      return generateFromLabels(where, read, input);
    },
    reconstruct(input: StackedReconstruction): Tensor {
      const where = 'StackedGAN.reconstruct';
      checkAlive(where, system);
      return generateFromImages(where, read, input);
    },
  });
}

/** Names the parts of both players by their level. */
const byLevel = <T>(
  generators: readonly T[],
  discriminators: readonly T[],
): Readonly<Record<string, T>> =>
  Object.fromEntries([
    ...generators.map((one, i) => [`generator${i}`, one] as const),
    ...discriminators.map((one, i) => [`discriminator${i}`, one] as const),
  ]);
