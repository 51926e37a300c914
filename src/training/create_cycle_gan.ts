import type { Optimizer } from '@tensorflow/tfjs-core';
import type { Adam } from './adam.js';
import { CycleGAN } from './cycle_gan.js';
import type { CycleGANOptions } from './cycle_gan_options.js';

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
 * import { loadBackend } from 'gan-kit';
 * import { createCycleGAN } from 'gan-kit/training';
 *
 * await loadBackend();
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
export function createCycleGAN<G extends Optimizer = Adam, D extends Optimizer = Adam>(
  options: CycleGANOptions<G, D>,
): CycleGAN<G, D> {
  return new CycleGAN(options);
}
