import type { Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { integer, oneOf, string } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import { leakyReLU } from '../layers/leaky_relu.js';
import type { ModelOf } from '../types.js';
import { DCGAN, normalizer, planDCGAN } from './dcgan_plan.js';
import type { DCGANOptions } from './dcgan_plan.js';
import { initializeWeights } from './initialize_weights.js';
import { NORMALIZATIONS } from './normalization.js';
import type { Normalization } from './normalization.js';

/** Options of {@link dcganGenerator}. */
export interface DCGANGeneratorOptions extends DCGANOptions {
  /** The length of the latent vector, 1 or more; default 100. */
  latentSize?: number;
  /**
   * The normalization after all layers except the last; default `'batch'`. Batch normalization after the tutorial's
   * dense layer is by unit; everything else is normalized by channel.
   */
  normalization?: Normalization;
}

/**
 * Makes the generator of DCGAN, from latent vectors `[batch, latentSize]` to images `[batch, h, w, c]`
 * in (−1, 1).
 *
 * `'paper'`: a dense layer whose output is reshaped to 4×4 (up to 7×7 for other sizes), then transposed
 * convolutions of stride 2 that halve the channels, each with normalization and ReLU, the last one with
 * tanh. `'tutorial'` (28×28): dense to 7·7·4f, a transposed convolution 5×5 of stride 1 to 2f, two of
 * stride 2 to f and to the image, with LeakyReLU.
 *
 * @param options See {@link DCGANGeneratorOptions}.
 * @returns A model with random weights, determined by the seed.
 * @throws GanKitError if an option is out of range or `imageShape` cannot be halved down to 4 to 7 pixels.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { dcganGenerator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const generator = dcganGenerator({ latentSize: 16, imageShape: [28, 28, 1], filters: 4, seed: 1 });
 * ```
 *
 * @see Radford et al. 2015, arXiv 1511.06434, figure 1
 */
export function dcganGenerator(options: DCGANGeneratorOptions = {}): ModelOf<Tensor4D> {
  return allOrNothing(() => makeGenerator(options));
}

function makeGenerator(options: DCGANGeneratorOptions): ModelOf<Tensor4D> {
  const where = 'dcganGenerator';
  const read = readOptions(where, options, {
    ...DCGAN,
    latentSize: integer({ min: 1, default: 100 }),
    normalization: oneOf(NORMALIZATIONS, { default: 'batch' }),
    name: string({ default: 'generator' }),
  });
  const { latentSize, normalization } = read;
  const plan = planDCGAN(where, read);
  const { imageShape, base, doublings, form, filters, kernelSize, outerBias } = plan;
  const { negativeSlope, stddev, seed } = plan;
  const [height, width] = base;
  const { useBias, wrap, after } = normalizer(normalization, plan);
  const activation = (name: string) =>
    form === 'paper' ? layers.reLU({ name }) : leakyReLU({ negativeSlope, name });
  const upsample = (name: string, filters: number, strides: number, bias = useBias) =>
    layers.conv2dTranspose({
      filters,
      kernelSize,
      strides,
      padding: 'same',
      useBias: bias,
      kernelInitializer: 'zeros',
      name,
    });

  const last = doublings; // the layer that makes the image
  const widest = filters * 2 ** (last - 1);
  const projected = form === 'tutorial' ? 2 * widest : widest;
  const stack: layers.Layer[] = [
    wrap(
      layers.dense({
        units: height * width * projected,
        useBias,
        inputShape: [latentSize],
        kernelInitializer: 'zeros',
        name: 'project',
      }),
    ),
  ];
  const reshape = layers.reshape({ targetShape: [height, width, projected], name: 'reshape' });
  const normalized = [...after('project'), activation('project_act')];
  // by channel, as in PyTorch's DCGAN, or by unit, as in the tutorial, which has 49 times as many statistics
  const byUnit = form === 'tutorial' && normalization !== 'instance';
  stack.push(...(byUnit ? [...normalized, reshape] : [reshape, ...normalized]));
  const block = (name: string, channels: number, strides: number) =>
    stack.push(wrap(upsample(name, channels, strides)), ...after(name), activation(`${name}_act`));
  if (form === 'tutorial') block('deconv0', widest, 1);
  for (let i = 1; i < last; i++) block(`deconv${i}`, widest / 2 ** i, 2);
  // the paper puts no normalization at the output
  stack.push(
    wrap(upsample(`deconv${last}`, imageShape[2], 2, outerBias)),
    layers.activation({ activation: 'tanh', name: 'image' }),
  );
  const model = sequential({ layers: stack, name: read.name });
  initializeWeights(model, { stddev, seed });
  return model as ModelOf<Tensor4D>;
}
