import { clone, neg, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions, checkTensor, fail } from '../../internal/check.js';
import { given, integer, oneOf, seed } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import { readOptions } from '../../internal/read_options.js';
import { minimax } from '../../losses/minimax.js';
import { stopGradient } from '../../ops/stop_gradient.js';
import type { AdjustableOptimizer, AdversarialLoss } from '../../types.js';
import { generatorTerm } from '../core/adversarial_terms.js';
import { checkAlive } from '../core/check_alive.js';
import { unconditioned } from '../core/conditions.js';
import { createSystem } from '../core/create_system.js';
import type { System } from '../core/create_system.js';
import { discriminate, mayShareAPass } from '../core/discriminate.js';
import { generate } from '../core/generate.js';
import { unlessGiven } from '../core/owned.js';
import type { Player } from '../core/player.js';
import type { Step, SystemOptions } from '../core/recipe.js';
import {
  SYSTEM_SCHEMA,
  lossOf,
  network,
  optimizersOf,
  systemOptions,
} from '../core/system_schema.js';
import { withMembers } from '../core/with_members.js';
import { DISTRIBUTIONS, drawLatents } from '../latents.js';
import type { LatentDistribution } from '../latents.js';
import { adam } from '../optimizers/adam.js';
import type { Adam } from '../optimizers/adam.js';
import type { SlotOptimizer } from '../optimizers/slot_optimizer.js';
import { shapesFit } from '../step/check_system.js';
import { unroll } from '../step/unroll.js';

/** Options of {@link createUnrolledGAN}. */
export interface UnrolledGANOptions<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends SystemOptions {
  /** Latent vectors `[batch, latentSize]` to samples. */
  generator: LayersModel;
  /** Samples to raw logits, of any shape `[batch, …]`. */
  discriminator: LayersModel;
  /** The loss of both networks; default `Losses.minimax()`, the paper's. */
  loss?: AdversarialLoss;
  /** k, the number of discriminator steps that the generator looks ahead, 0 or more; default 5. */
  unrolledSteps?: number;
  /**
   * What the generator minimizes after these steps: `'value'` (the default, the paper's), the negative of the discriminator's
   * loss, which takes in what those steps do to real samples; or `'loss'`, `loss.generator`.
   */
  objective?: 'value' | 'loss';
  /**
   * Whether the generator's gradient flows `'through'` the steps (the default), or is `'stopped'` there: the
   * discriminator is a better one then, but the generator does not see how it would have answered.
   */
  gradient?: 'through' | 'stopped';
  /**
   * `'alternating'` (the default): the generator plays against the discriminator after its update, with new latent vectors; or
   * `'simultaneous'`, the paper's code: both move from their weights before the step, with the same latent vectors.
   */
  order?: 'alternating' | 'simultaneous';
  /**
   * Default Adam(1e-3, β = (0.5, 0.999)) for the generator and Adam(1e-4) for the discriminator, the paper's code. The
   * discriminator's is one of gan-kit's, or of your own from `SlotOptimizer`. The caller keeps ownership.
   */
  optimizers?: { readonly generator: G; readonly discriminator: D };
  /** Distribution of latent vectors; default `'normal'`. */
  latents?: LatentDistribution;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** The losses of a step of an {@link UnrolledGAN}. */
export interface UnrolledGANLosses {
  /** The discriminator's loss before its step. */
  discriminator: number;
  /** What the generator minimized: its objective against the discriminator k steps ahead. */
  generator: number;
}

/** A generator that looks ahead, and its opponent. See {@link createUnrolledGAN}. */
export interface UnrolledGAN<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends System<
  { readonly real: Tensor },
  UnrolledGANLosses,
  'generator' | 'discriminator',
  Readonly<{ generator: G; discriminator: D }>
> {
  /** Length of a latent vector. */
  readonly latentSize: number;
  /** Runs the generator at inference: `latents` `[count, latentSize]` to samples, which the caller owns. */
  generate(input: { latents: Tensor }): Tensor;
}

/**
 * Wires a generator and a discriminator into an unrolled GAN: the generator plays against the discriminator as it would be
 * k of its own steps later, and its gradient flows through these steps.
 *
 * ```
 * θ⁰   = θ_D,  θⁱ⁺¹ = step(θⁱ, ∂L_D(θ_G, θⁱ)/∂θⁱ)       the discriminator's optimizer, with its moments
 * L_D  = loss.discriminator(D(x), D(G(z)))
 * L_G  = −L_D(θ_G, θᵏ)
 * ```
 *
 * A step is one ordinary update of the discriminator and then one of the generator (see `order`), whose k steps start from the
 * discriminator as it is then and are forgotten: one batch x, and one z for all of them. With k = 0 it is `createGAN`, to the
 * bit. Time and memory of a generator step grow with k.
 *
 * In the k steps, the discriminator's running statistics and singular vectors rest, and its optimizer's `rule` is used:
 * regularizers and constraints of layers belong to the real update only.
 *
 * @param options See {@link UnrolledGANOptions}.
 * @returns The system; `dispose()` frees default optimizers.
 * @throws GanKitError if the networks do not fit each other, an option is out of range, or the discriminator's optimizer
 *   has no `rule`, or has `accumulate` or `clipNorm`, which are not part of it, where k > 0.
 *
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { createUnrolledGAN } from 'gan-kit/training';
 *
 * await loadBackend();
 * const network = (inputs: number, outputs: number) =>
 *   sequential({
 *     layers: [
 *       layers.dense({ inputShape: [inputs], units: 8, activation: 'tanh' }),
 *       layers.dense({ units: outputs }),
 *     ],
 *   });
 * const gan = createUnrolledGAN({
 *   generator: network(4, 2),
 *   discriminator: network(2, 1),
 *   unrolledSteps: 3,
 * });
 * const { generator } = await gan.trainStep({ real: randomNormal([16, 2]) });
 * ```
 *
 * @see Metz et al. 2017, arXiv 1611.02163, equations 6 to 12
 */
export function createUnrolledGAN<G extends Optimizer = Adam, D extends Optimizer = Adam>(
  options: UnrolledGANOptions<G, D>,
): UnrolledGAN<G, D> {
  const where = 'createUnrolledGAN';
  const read = readOptions(where, options as UnrolledGANOptions<Optimizer, Optimizer>, {
    ...SYSTEM_SCHEMA,
    generator: network(),
    discriminator: network(),
    loss: lossOf(minimax),
    unrolledSteps: integer({ min: 0, default: 5 }),
    objective: oneOf(['value', 'loss'], { default: 'value' }),
    gradient: oneOf(['through', 'stopped'], { default: 'through' }),
    order: oneOf(['alternating', 'simultaneous'], { default: 'alternating' }),
    optimizers: optimizersOf('generator', 'discriminator'),
    latents: oneOf(DISTRIBUTIONS, { default: 'normal' }),
    seed: seed(),
  });
  const { generator, discriminator, loss, unrolledSteps, objective, gradient } = read;
  const made = generator.outputs[0]!.shape;
  const seen = discriminator.inputs[0]!.shape;
  if (!shapesFit(made, seen))
    fail('shape', where, 'discriminator', `a model of samples [${made.join(',')}]`, seen);
  const optimizers = read.optimizers ?? {
    generator: adam({ learningRate: 1e-3 }),
    discriminator: adam({ learningRate: 1e-4 }),
  };
  const opponent = unrolledSteps === 0 ? undefined : ruled(where, optimizers.discriminator);
  const latentSize = generator.inputs[0]!.shape[1]!;
  // createGAN's draws
  const latents = new RandomStream(read.seed, 'createGAN').fork('latents');
  const together = mayShareAPass(discriminator, read);

  const system = createSystem({
    name: 'UnrolledGAN',
    networks: { generator, discriminator },
    optimizers: optimizers as Readonly<{ generator: G; discriminator: D }>,
    components: { latents },
    identity: { loss: loss.name, unrolledSteps, objective, gradient, order: read.order },
    owns: unlessGiven(read.optimizers, optimizers),
    options: systemOptions(read),
    check(batch: { readonly real: Tensor }, where) {
      checkOptions(where, batch, ['real'], 'batch');
      checkTensor(where, 'batch.real', batch.real, { shape: seen });
      return { real: batch.real };
    },
    step({ real: x }, step: Step<UnrolledGANLosses>, { generator: G, discriminator: D }) {
      const z = () => drawLatents(latents, [x.shape[0], latentSize], read.latents);
      const real = unconditioned(x);
      const lossOf = (D: Player, fake: Tensor): Scalar =>
        loss.discriminator(discriminate(D, real, unconditioned(fake), together));
      const against = (D: Player, fake: Tensor): Scalar => generatorTerm(loss, D(fake), () => D(x));

      const atOnce = read.order === 'simultaneous';
      const first = z();
      const objectiveAt = (fake: Tensor): Scalar => {
        if (opponent === undefined) return against(D.at({}), fake);
        const answered = gradient === 'through' ? fake : stopGradient(() => clone(fake));
        const ahead = unroll(D, opponent, unrolledSteps, (at) => lossOf(at, answered));
        return objective === 'value' ? neg(lossOf(ahead, fake)) : against(ahead, fake);
      };
      const play = () => {
        const fake = tidy(() => G(first));
        step.minimize([D], optimizers.discriminator, () =>
          step.note('discriminator', lossOf(D, fake)),
        );
        fake.dispose();
        const second = atOnce ? first : z();
        step.minimize([G], optimizers.generator, () =>
          step.note('generator', objectiveAt(G(second))),
        );
      };
      if (atOnce) step.simultaneously(play);
      else play();
    },
  });
  return withMembers(system, {
    latentSize,
    generate(input: { latents: Tensor }): Tensor {
      const where = 'UnrolledGAN.generate';
      checkAlive(where, system);
      return generate(where, generator, readOptions(where, input, { latents: given<Tensor>() }));
    },
  });
}

/** Refuses an optimizer whose steps cannot be taken on the tape. */
function ruled(where: string, optimizer: Optimizer): SlotOptimizer<string> {
  const { rule, accumulate, clipNorm } = optimizer as Partial<SlotOptimizer<string>>;
  // not by instanceof, which tfjs answers for all optimizers alike
  if (typeof rule !== 'function')
    fail(
      'type',
      where,
      'optimizers.discriminator',
      'an optimizer of gan-kit, whose rule can be unrolled',
      optimizer,
    );
  if ((accumulate ?? 1) > 1 || clipNorm !== undefined)
    fail(
      'value',
      where,
      'optimizers.discriminator',
      'one without accumulate and clipNorm where it is unrolled',
      optimizer,
    );
  return optimizer as SlotOptimizer<string>;
}
