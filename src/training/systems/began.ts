import { add, clipByValue, mean, mul, sub, tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions, checkTensor, fail } from '../../internal/check.js';
import { number, oneOf, seed } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import { readOptions } from '../../internal/read_options.js';
import { absolute } from '../../ops/absolute.js';
import type { AdjustableOptimizer } from '../../types.js';
import { checkAlive } from '../core/check_alive.js';
import { createSystem } from '../core/create_system.js';
import type { System } from '../core/create_system.js';
import { generate } from '../core/generate.js';
import { unlessGiven } from '../core/owned.js';
import type { Step, SystemOptions } from '../core/recipe.js';
import { ScalarState } from '../core/scalar_state.js';
import { network, optimizersOf, SYSTEM_SCHEMA, systemOptions } from '../core/system_schema.js';
import { withMembers } from '../core/with_members.js';
import { DISTRIBUTIONS, drawLatents } from '../latents.js';
import type { LatentDistribution } from '../latents.js';
import { adam } from '../optimizers/adam.js';
import type { Adam } from '../optimizers/adam.js';
import { shapesFit } from '../step/check_system.js';

/** Options of {@link createBEGAN}. */
export interface BEGANOptions<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends SystemOptions {
  /** Latent vectors `[batch, latentSize]` to samples. */
  generator: LayersModel;
  /** An autoencoder: samples to samples of the same shape. */
  discriminator: LayersModel;
  /** γ, the wanted ratio L(G(z)) / L(x), in [0, 1]; default 0.5. Lower values mean less variety. */
  gamma?: number;
  /** λ_k, the rate at which k follows the balance, 0 or more; default 1e-3. */
  lambdaK?: number;
  /** Default Adam(8e-5, β = (0.9, 0.999)) for both. The caller keeps ownership. */
  optimizers?: { readonly generator: G; readonly discriminator: D };
  /** Distribution of latent vectors; default `'uniform'`. */
  latents?: LatentDistribution;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** The losses of a step of a {@link BEGAN}. */
export interface BEGANLosses {
  /** L(x), the autoencoder's error on real samples. */
  real: number;
  /** L(G(z)), its error on generated ones, which the generator minimizes. */
  fake: number;
  /** k after the step, in [0, 1]. */
  k: number;
  /** M = L(x) + |γ L(x) − L(G(z))|, the global measure of convergence. */
  convergence: number;
}

/** A generator, an autoencoder, and their balance. See {@link createBEGAN}. */
export interface BEGAN<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends System<
  { readonly real: Tensor },
  BEGANLosses,
  'generator' | 'discriminator',
  Readonly<{ generator: G; discriminator: D }>
> {
  /** k, the weight of generated samples in L_D; part of the state. */
  readonly k: ScalarState;
  /** Runs the generator at inference: `latents` `[count, latentSize]` to samples, which the caller owns. */
  generate(input: { latents: Tensor }): Tensor;
}

/**
 * Wires a generator and an autoencoder into a boundary equilibrium GAN.
 *
 * ```
 * L(v)  = E |D(v) − v|
 * L_D   = L(x) − kₜ L(G(z))
 * L_G   = L(G(z))
 * kₜ₊₁  = clip(kₜ + λ_k (γ L(x) − L(G(z))), 0, 1),  k₀ = 0
 * M     = L(x) + |γ L(x) − L(G(z))|
 * ```
 *
 * Both players see the same z and move at one moment, as in the reference code: their gradients, and k, are
 * computed at the weights before the step. `beganGenerator`, `beganAutoencoder` and `stepDecay` are its other parts.
 *
 * @param options See {@link BEGANOptions}.
 * @returns The system; `dispose()` frees k and default optimizers.
 * @throws GanKitError if the networks do not fit each other or an option is out of range.
 *
 * @example
 * ```ts
 * import { randomUniform } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { createBEGAN } from 'gan-kit/training';
 *
 * await loadBackend();
 * const generator = sequential({ layers: [layers.dense({ units: 6, inputShape: [2], name: 'g' })] });
 * const discriminator = sequential({
 *   layers: [
 *     layers.dense({ units: 3, activation: 'elu', inputShape: [6], name: 'encoder' }),
 *     layers.dense({ units: 6, name: 'decoder' }),
 *   ],
 * });
 * const began = createBEGAN({ generator, discriminator, gamma: 0.7 });
 * const { k } = await began.trainStep({ real: randomUniform([4, 6], -1, 1) });
 * ```
 *
 * @see Berthelot et al. 2017, arXiv 1703.10717, equations of sections 3.3 and 3.4
 */
export function createBEGAN<G extends Optimizer = Adam, D extends Optimizer = Adam>(
  options: BEGANOptions<G, D>,
): BEGAN<G, D> {
  const where = 'createBEGAN';
  const read = readOptions(where, options as BEGANOptions<Optimizer, Optimizer>, {
    ...SYSTEM_SCHEMA,
    generator: network(),
    discriminator: network(),
    gamma: number({ min: 0, max: 1, default: 0.5 }),
    lambdaK: number({ min: 0, default: 1e-3 }),
    optimizers: optimizersOf('generator', 'discriminator'),
    latents: oneOf(DISTRIBUTIONS, { default: 'uniform' }),
    seed: seed(),
  });
  const { generator, discriminator, gamma, lambdaK } = read;
  const made = generator.outputs[0]!.shape;
  for (const { shape } of [...discriminator.inputs, ...discriminator.outputs])
    if (!shapesFit(made, shape))
      fail('shape', where, 'discriminator', `an autoencoder of samples [${made.join(',')}]`, shape);
  const rates = { learningRate: 8e-5, beta1: 0.9 };
  const optimizers = read.optimizers ?? { generator: adam(rates), discriminator: adam(rates) };
  const latentSize = generator.inputs[0]!.shape[1]!;
  const latents = new RandomStream(read.seed, where).fork('latents');
  const k = new ScalarState(0);

  const system = createSystem({
    name: 'BEGAN',
    networks: { generator, discriminator },
    optimizers: optimizers as Readonly<{ generator: G; discriminator: D }>,
    components: { k, latents },
    identity: { gamma, lambdaK },
    owns: [k, ...unlessGiven(read.optimizers, optimizers)],
    options: systemOptions(read),
    check(batch: { readonly real: Tensor }, where) {
      checkOptions(where, batch, ['real'], 'batch');
      checkTensor(where, 'batch.real', batch.real, { shape: discriminator.inputs[0]!.shape });
      return { real: batch.real };
    },
    step({ real: x }, step: Step<BEGANLosses>, { generator: G, discriminator: D }) {
      const error = (v: Tensor, ofV: Tensor) => mean<Scalar>(absolute(sub(ofV, v)));
      const z = drawLatents(latents, [x.shape[0], latentSize], read.latents);
      step.simultaneously(() => {
        const fake = tidy(() => G.still(z));
        step.minimize([D], optimizers.discriminator, () => {
          const ofReal = step.note('real', error(x, D(x)));
          return sub(ofReal, mul(k.value, step.note('fake', error(fake, D(fake)))));
        });
        step.minimize([G], optimizers.generator, () => {
          const fake = G(z);
          return error(fake, D.still(fake));
        });
      });
      const [ofReal, ofFake] = [step.noted('real'), step.noted('fake')];
      const balance = sub<Scalar>(mul(gamma, ofReal), ofFake);
      step.note('convergence', add<Scalar>(ofReal, absolute(balance)));
      const next = add<Scalar>(k.value, mul(lambdaK, balance));
      k.assign(step.note('k', clipByValue(next, 0, 1)));
    },
  });
  return withMembers(system, {
    k,
    generate(input: { latents: Tensor }): Tensor {
      checkAlive('BEGAN.generate', system);
      checkOptions('BEGAN.generate', input, ['latents']);
      return generate('BEGAN.generate', generator, input);
    },
  });
}
