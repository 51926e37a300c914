import type { Tensor4D } from '@tensorflow/tfjs-core';
import { input, model } from '@tensorflow/tfjs-layers';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { string } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import type { ModelOf } from '../types.js';
import { decode } from './began_decoder.js';
import { BEGAN_NETWORK, planBEGAN } from './began_plan.js';
import type { BEGANNetworkOptions } from './began_plan.js';
import { glorotWeights } from './glorot_weights.js';

/**
 * Makes the generator of BEGAN, from latent vectors `[batch, latentSize]` to images `[batch, size, size, c]`.
 *
 * With n = `filters`: a dense layer to 8×8×n; then at each size from 8×8 to that of the image, with a doubling by
 * nearest neighbours before each but the first, twice a convolution 3×3 to n and ELU; a convolution 3×3 to the
 * image. Nothing follows the dense layer and the last convolution, so the values of an image have no bounds. Every
 * layer has a bias, and none is normalized.
 *
 * With `skips`, h₀, the 8×8×n map of the dense layer, is doubled as often as the map of each size and concatenated
 * behind it: the first convolution of each size but 8×8 has 2n input channels.
 *
 * Kernels are drawn from Glorot's uniform distribution; biases are 0.
 *
 * The dense layer's units are in the order height, width, channel. The reference code has this order on a CPU, and
 * channel, height, width on a GPU: the units of such weights are permuted here.
 *
 * @param options See {@link BEGANNetworkOptions}.
 * @returns A model with random weights, determined by the seed. Its layers: `generate0`, `generate0_map`;
 *   `generate{i}_up`, `generate{i}_first` and `generate{i}_skip` for i from 2; `generate{i}_a`, `generate{i}_a_act`,
 *   `generate{i}_b` and `generate{i}_b_act` for i from 1; `generate_image`.
 * @throws GanKitError if an option is out of range or the size is not a power of two from 16 on.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { beganGenerator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const generator = beganGenerator({ imageShape: [32, 32, 1], filters: 16, latentSize: 32, seed: 1 });
 * console.log(generator.countParams()); // → 47857
 * ```
 *
 * @see Berthelot et al. 2017, arXiv 1703.10717, section 3.5 and figure 1
 */
export function beganGenerator(options: BEGANNetworkOptions = {}): ModelOf<Tensor4D> {
  return allOrNothing(() => makeGenerator(options));
}

function makeGenerator(options: BEGANNetworkOptions): ModelOf<Tensor4D> {
  const where = 'beganGenerator';
  const read = readOptions(where, options, {
    ...BEGAN_NETWORK,
    name: string({ default: 'generator' }),
  });
  const plan = planBEGAN(where, read);
  const z = input({ shape: [plan.latentSize], name: 'latents' });
  const generator = model({
    inputs: z,
    outputs: decode(z, 'generate', plan),
    name: read.name,
  });
  glorotWeights(generator, plan.seed);
  return generator as ModelOf<Tensor4D>;
}
