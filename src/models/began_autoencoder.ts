import type { Tensor4D } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { string } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import type { ModelOf } from '../types.js';
import { convolution, decode } from './began_decoder.js';
import { BEGAN_NETWORK, planBEGAN } from './began_plan.js';
import type { BEGANNetworkOptions } from './began_plan.js';
import { glorotWeights } from './glorot_weights.js';
import { chain } from './translation_plan.js';

/**
 * Makes the discriminator of BEGAN, an autoencoder of images `[batch, size, size, c]`.
 *
 * With n = `filters`, the encoder: a convolution 3×3 to n; then for i = 1, 2, … at each size from that of the image
 * to 8×8, twice a convolution 3×3 to i·n, and one of stride 2 to i·n to the next size; each with ELU; a dense layer
 * to the code, of `latentSize` numbers, without activation. The decoder is that of {@link beganGenerator}, with
 * weights of its own and the same `skips`. Every layer has a bias, and none is normalized.
 *
 * Convolutions of stride 2 are padded as in TensorFlow, by one pixel at the bottom and at the right. Kernels are
 * drawn from Glorot's uniform distribution; biases are 0.
 *
 * The last map of the encoder is flattened in the order height, width, channel. The reference code has this order
 * on a CPU, and channel, height, width on a GPU: the rows of `code/kernel` of such weights are permuted here, as
 * are the units of `decode0`.
 *
 * @param options See {@link BEGANNetworkOptions}.
 * @returns A model with random weights, determined by the seed. Its layers: `encode0`, `encode{i}_a`, `encode{i}_b`
 *   and `encode{i}_down`, each with one that ends in `_act`; `flatten`, `code`; and those of the generator with
 *   `decode` in place of `generate`.
 * @throws GanKitError if an option is out of range or the size is not a power of two from 16 on.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import { randomUniform } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { beganAutoencoder, beganGenerator } from 'gan-kit/models';
 * import { createBEGAN } from 'gan-kit/training';
 *
 * await loadBackend();
 * const shape = { imageShape: [16, 16, 1], filters: 2, latentSize: 4 } as const;
 * const began = createBEGAN({ generator: beganGenerator(shape), discriminator: beganAutoencoder(shape) });
 * const { convergence } = await began.trainStep({ real: randomUniform([2, 16, 16, 1], -1, 1) });
 * ```
 *
 * @see Berthelot et al. 2017, arXiv 1703.10717, section 3.5 and figure 1
 */
export function beganAutoencoder(options: BEGANNetworkOptions = {}): ModelOf<Tensor4D> {
  return allOrNothing(() => makeAutoencoder(options));
}

function makeAutoencoder(options: BEGANNetworkOptions): ModelOf<Tensor4D> {
  const where = 'beganAutoencoder';
  const read = readOptions(where, options, {
    ...BEGAN_NETWORK,
    name: string({ default: 'autoencoder' }),
  });
  const plan = planBEGAN(where, read);
  const { filters, imageShape, latentSize, sizes } = plan;
  const encoder = convolution('encode0', filters);
  for (let i = 1; i <= sizes; i++) {
    encoder.push(
      ...convolution(`encode${i}_a`, i * filters),
      ...convolution(`encode${i}_b`, i * filters),
    );
    if (i < sizes) encoder.push(...convolution(`encode${i}_down`, i * filters, 2));
  }
  const image = input({ shape: [...imageShape], name: 'image' });
  const code = chain(image, [
    ...encoder,
    layers.flatten({ name: 'flatten' }),
    layers.dense({ units: latentSize, kernelInitializer: 'zeros', name: 'code' }),
  ]);
  const outputs = decode(code, 'decode', plan);
  const autoencoder = model({ inputs: image, outputs, name: read.name });
  glorotWeights(autoencoder, plan.seed);
  return autoencoder as ModelOf<Tensor4D>;
}
