import { neg, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';
import { callback, given, integer, oneOf, seed } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import { readOptions } from '../../internal/read_options.js';
import { functionalCall } from '../../layers/weights/functional_call.js';
import { minimax } from '../../losses/minimax.js';
import type { AdversarialLoss } from '../../types.js';
import { createSystem } from '../core/create_system.js';
import type { Step } from '../core/recipe.js';
import { lossOf, network } from '../core/system_schema.js';
import { DISTRIBUTIONS, drawLatents } from '../latents.js';
import type { LatentDistribution } from '../latents.js';
import { adam } from '../optimizers/adam.js';
import { systemSavepoint } from '../state/system_savepoint.js';
import { shapesFit } from '../step/check_system.js';

/** Options of {@link dualityGap}. */
export interface DualityGapOptions {
  /** Latent vectors `[batch, latentSize]` to samples. */
  generator: LayersModel;
  /** Samples to raw logits `[batch, …]`. */
  discriminator: LayersModel;
  /** Makes batch k of real samples to train on, for each k below `steps`; it is freed here. */
  real: (k: number) => Tensor;
  /** Real samples `[count, …]` that V is evaluated at, not among those of `real`; they stay the caller's. */
  test: Tensor;
  /** The loss whose V = −L_D the players play for; default `Losses.minimax()`. */
  loss?: AdversarialLoss;
  /** Steps of each player, 1 or more; default 100. */
  steps?: number;
  /** Makes the optimizer of a player; default Adam(1e-3, β = (0.5, 0.999)). */
  optimizer?: (player: 'generator' | 'discriminator') => Optimizer;
  /** Distribution of latent vectors; default `'normal'`. */
  latents?: LatentDistribution;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** What {@link dualityGap} returns. */
export interface DualityGap {
  /** `worstDiscriminator − worstGenerator`: 0 at an equilibrium, and larger the more one of them could gain. */
  readonly gap: number;
  /** V(G, D), of the players as they are. */
  readonly value: number;
  /** V(G, D'), with D' trained against G: max_D' V(G, D'). */
  readonly worstDiscriminator: number;
  /** V(G', D), with G' trained against D: min_G' V(G', D). */
  readonly worstGenerator: number;
}

const WHERE = 'dualityGap';

/**
 * Estimates how far two players are from an equilibrium, by what each could gain if the other stood still:
 *
 * ```
 * gap = max_D' V(G, D') − min_G' V(G', D),   V = −L_D(D(x), D(G(z)))
 * ```
 *
 * Both optima are approached by `steps` steps from the present weights, so that each is a bound from inside: with few steps the
 * gap is too small, and an estimate from finite samples can be below 0. V is evaluated at inference, at `test` and as many
 * generated samples, the same for all three values.
 *
 * The networks are trained in place, and then have their weights back, bit for bit; no other step of theirs may run
 * meanwhile.
 *
 * @param options See {@link DualityGapOptions}.
 * @returns See {@link DualityGap}; for minimax, V is −2 log 2 if D cannot tell, and at most 0.
 * @throws GanKitError if the networks do not fit each other, a batch does not fit, an option is out of range, or a step leaves a
 *   number that is not finite. The networks have their weights then, too.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { dualityGap, sampleLatents } from 'gan-kit/training';
 *
 * await loadBackend();
 * const { gap, worstDiscriminator, worstGenerator } = await dualityGap({
 *   generator: sequential({ layers: [layers.dense({ units: 2, inputShape: [4] })] }),
 *   discriminator: sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] }),
 *   real: (k) => sampleLatents({ count: 16, size: 2, seed: k + 1 }),
 *   test: sampleLatents({ count: 64, size: 2 }),
 *   steps: 10,
 * });
 * console.log(gap === worstDiscriminator - worstGenerator); // → true
 * ```
 *
 * @see Grnarova et al. 2019, A domain agnostic measure for monitoring and evaluating GANs, arXiv 1811.05512, equation 2 and
 * section 4
 */
export async function dualityGap(options: DualityGapOptions): Promise<DualityGap> {
  const read = readOptions(WHERE, options, {
    generator: network(),
    discriminator: network(),
    real: callback<(k: number) => Tensor>(),
    test: given<Tensor>(),
    loss: lossOf(minimax),
    steps: integer({ min: 1, default: 100 }),
    optimizer: callback<NonNullable<DualityGapOptions['optimizer']>>({
      default: () => adam({ learningRate: 1e-3 }),
    }),
    latents: oneOf(DISTRIBUTIONS, { default: 'normal' }),
    seed: seed(),
  });
  const { generator, discriminator, loss, test, latents } = read;
  const [made, seen] = [generator.outputs[0]!.shape, discriminator.inputs[0]!.shape];
  if (!shapesFit(made, seen))
    fail('shape', WHERE, 'discriminator', `a model of samples [${made.join(',')}]`, seen);
  checkTensor(WHERE, 'test', test, { shape: seen });
  const latentSize = generator.inputs[0]!.shape[1]!;
  const stream = new RandomStream(read.seed, WHERE);

  /** V(G, D) of the weights as they are now. */
  const value = async (): Promise<number> => {
    const at = stream.fork('test');
    const v = tidy(() => {
      const z = drawLatents(at, [test.shape[0], latentSize], latents);
      const fake = functionalCall(generator, {}, z);
      const logits = [test, fake].map((x) => functionalCall(discriminator, {}, x));
      return neg(lossOfLogits(loss, logits[0]!, logits[1]!));
    });
    const [number] = await v.data().finally(() => v.dispose());
    if (!Number.isFinite(number))
      fail('value', WHERE, 'test', 'samples at which V is finite', number);
    return number!;
  };
  /** V after a player has trained against the other, which has its weights back then. */
  const valueAgainst = async (player: 'generator' | 'discriminator'): Promise<number> => {
    const before = systemSavepoint([generator, discriminator], []);
    try {
      await train(player, read, stream.fork(player));
      return await value();
    } finally {
      before.rollback();
    }
  };

  const [now, worstDiscriminator, worstGenerator] = [
    await value(),
    await valueAgainst('discriminator'),
    await valueAgainst('generator'),
  ];
  return {
    gap: worstDiscriminator - worstGenerator,
    value: now,
    worstDiscriminator,
    worstGenerator,
  };
}

/** What training a player needs. */
type Game = Required<DualityGapOptions>;

/** Computes L_D = −V; refuses a loss of the caller's that is no scalar. */
function lossOfLogits(loss: AdversarialLoss, real: Tensor, fake: Tensor): Scalar {
  const value = loss.discriminator({ real, fake });
  checkTensor(WHERE, 'loss.discriminator()', value, { shape: [] });
  return value;
}

/** Trains one player for V, the discriminator upwards, the generator downwards. */
async function train(
  player: 'generator' | 'discriminator',
  game: Game,
  stream: RandomStream,
): Promise<void> {
  const optimizer = game.optimizer(player);
  let system: ReturnType<typeof playing> | undefined;
  try {
    system = playing(player, game, optimizer, stream);
    for (let k = 0; k < game.steps; k++) {
      const x = game.real(k);
      try {
        await system.trainStep({ x }, { read: k + 1 === game.steps });
      } finally {
        free(x);
      }
    }
  } finally {
    free(system);
    free(optimizer);
  }
}

/** Frees what was made, by a callback too, whatever that is. */
const free = (made: { readonly isDisposed?: boolean; dispose?(): void } | undefined): void => {
  if (made?.isDisposed !== true) made?.dispose?.();
};

/** Makes the system in which one player moves and the other stands still. */
function playing(
  player: 'generator' | 'discriminator',
  { generator, discriminator, loss, latents }: Game,
  optimizer: Optimizer,
  stream: RandomStream,
) {
  const latentSize = generator.inputs[0]!.shape[1]!;
  return createSystem({
    name: WHERE,
    networks: { generator, discriminator },
    optimizers: { [player]: optimizer },
    components: { stream },
    check({ x }: { x: Tensor }) {
      checkTensor(WHERE, 'real()', x, { shape: discriminator.inputs[0]!.shape });
      return { x };
    },
    step({ x }: { x: Tensor }, step: Step<{ loss: number }>, { generator: G, discriminator: D }) {
      const z = drawLatents(stream, [x.shape[0], latentSize], latents);
      if (player === 'discriminator') {
        const fake = tidy(() => G.still(z));
        step.minimize([D], optimizer, () => step.note('loss', lossOfLogits(loss, D(x), D(fake))));
      } else {
        step.minimize([G], optimizer, () =>
          step.note('loss', neg<Scalar>(lossOfLogits(loss, D.still(x), D.still(G(z))))),
        );
      }
    },
  });
}
