import type { Tensor4D } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkBackend } from '../internal/check_backend.js';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { checkSizes } from '../internal/image_sizes.js';
import { integer, number, oneOf } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import { conv2d } from '../layers/conv2d.js';
import { conv2dTranspose } from '../layers/conv2d_transpose.js';
import { dropout } from '../layers/dropout.js';
import { ImageSize } from '../layers/image_size.js';
import { leakyReLU } from '../layers/leaky_relu.js';
import type { ModelOf } from '../types.js';
import { initializeWeights } from './initialize_weights.js';
import { NORMALIZATIONS, normalizationLayers } from './normalization.js';
import type { Normalization } from './normalization.js';
import { TRANSLATOR, chain } from './translation_plan.js';
import type { TranslationOptions, TranslationShape } from './translation_plan.js';

/** Options of {@link unetGenerator}. */
export interface UnetGeneratorOptions extends TranslationOptions {
  /** The normalization: `'instance'` (without weights, as in CycleGAN), `'batch'` (the default) or `'none'`. */
  normalization?: Normalization;
  /** The number of channels of the output images; default: that of the input. */
  outputChannels?: number;
  /** The number of times that the image is halved, from 2 to 12; default 8, for 256×256. Use 7 for 128×128. */
  downsamplings?: number;
  /** Dropout rate of the inner levels, from 4 to `downsamplings` − 2, in [0, 1); default 0.5. */
  dropout?: number;
  /** Slope of LeakyReLU for negative values, in [0, 1]; default 0.2. */
  negativeSlope?: number;
}

/**
 * Makes the generator of pix2pix, a U-Net from images `[batch, h, w, c]` to images in (−1, 1).
 *
 * Levels k go from 0, the outermost, to n − 1, the innermost, with c_k = `filters` · min(2^k, 8) channels and N
 * for the normalization. Down: LeakyReLU · 4×4 of stride 2 to c_k · N, without LeakyReLU at level 0 and without
 * N at levels 0 and n − 1. Up: ReLU · transposed 4×4 of stride 2 to c_{k−1} · N · dropout; at level 0 to the image
 * and tanh. At each level k > 0, the output of the up layers is concatenated after the input of the down layers.
 *
 * Dropout is in levels 4 to n − 2, as in the PyTorch reference (the Lua original has it in the three
 * innermost). Convolutions have biases with `'instance'`, and the last one has a bias in any case.
 *
 * @param options See {@link UnetGeneratorOptions}. Height and width are multiples of 2^downsamplings, or `null`:
 *   the model then refuses images that do not fit, and names sizes that do.
 * @returns A model with random weights, determined by the seed. Its layers: `down{k}`, `up{k}`, `skip{k}`, and
 *   those with the endings `_act`, `_norm`, `_drop`; `output_act` is the tanh.
 * @throws GanKitError if an option is out of range or a size does not fit; the message names sizes that fit.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { unetGenerator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const toPhoto = unetGenerator({ inputShape: [32, 64, 1], outputChannels: 3, downsamplings: 5, filters: 2 });
 * const image = toPhoto.predict(zeros([1, 32, 64, 1])) as Tensor;
 * console.log(image.shape); // → [ 1, 32, 64, 3 ]
 * ```
 *
 * @see Isola et al. 2017, arXiv 1611.07004, section 6.1.1
 */
export function unetGenerator(options: UnetGeneratorOptions): ModelOf<Tensor4D> {
  return allOrNothing(() => makeUnet(options));
}

function makeUnet(options: UnetGeneratorOptions): ModelOf<Tensor4D> {
  const where = 'unetGenerator';
  const read = readOptions(where, options, {
    ...TRANSLATOR,
    downsamplings: integer({ min: 2, max: 12, default: 8 }),
    normalization: oneOf(NORMALIZATIONS, { default: 'batch' }),
    dropout: number({ min: 0, below: 1, default: 0.5 }),
    negativeSlope: number({ min: 0, max: 1, default: 0.2 }),
  });
  checkBackend(where);
  const { filters, downsamplings, normalization, negativeSlope, stddev, seed } = read;
  const { inputShape, outputChannels = inputShape[2], dropout: rate } = read;
  const sizes = { multipleOf: 2 ** downsamplings, least: 2 ** downsamplings };
  checkSizes(where, 'inputShape', inputShape, sizes, { advice: advice(inputShape) });

  const innermost = downsamplings - 1;
  const channels = (level: number) => filters * Math.min(2 ** level, 8);
  const geometry = { kernelSize: 4, strides: 2, padding: 1, kernelInitializer: 'zeros' } as const;
  const useBias = normalization === 'instance';

  const down = (k: number): layers.Layer[] => [
    ...(k > 0 ? [leakyReLU({ negativeSlope, name: `down${k}_act` })] : []),
    conv2d({ name: `down${k}`, filters: channels(k), ...geometry, useBias }),
    ...(k > 0 && k < innermost ? normalizationLayers(normalization, `down${k}`) : []),
  ];
  const up = (k: number): layers.Layer[] => [
    layers.reLU({ name: `up${k}_act` }),
    conv2dTranspose({ name: `up${k}`, filters: channels(k - 1), ...geometry, useBias }),
    ...normalizationLayers(normalization, `up${k}`),
    ...(rate > 0 && k > 3 && k < innermost
      ? [dropout({ rate, seed: seed * downsamplings + k, name: `up${k}_drop` })]
      : []),
  ];
  const last = [
    layers.reLU({ name: 'up0_act' }),
    conv2dTranspose({ name: 'up0', filters: outputChannels, ...geometry }),
    layers.activation({ activation: 'tanh', name: 'output_act' }),
  ];

  const image = input({ shape: [...inputShape], name: 'input' });
  const free = inputShape.includes(null);
  const sized = free ? [new ImageSize({ ...sizes, maker: where, name: 'input_size' })] : [];
  const skips: SymbolicTensor[] = [];
  let x = chain(image, sized);
  for (let k = 0; k < downsamplings; k++) skips.push((x = chain(x, down(k))));
  for (let k = innermost; k > 0; k--) {
    const skip = skips[k - 1]!;
    const joined = [skip, chain(x, up(k))];
    x = layers.concatenate({ name: `skip${k - 1}` }).apply(joined) as SymbolicTensor;
  }
  const outputs = chain(x, last);
  const generator = model({ inputs: image, outputs, name: read.name });
  initializeWeights(generator, { stddev, seed });
  return generator as ModelOf<Tensor4D>;
}

/** Returns a hint with the largest number of downsamplings for a size; empty if it is below 2. */
function advice([height, width]: TranslationShape): string {
  const halvings = (size: number | null) => (size === null ? Infinity : Math.log2(size & -size));
  const most = Math.min(halvings(height), halvings(width));
  return most < 2 ? '' : ` These take ${most} downsamplings or fewer.`;
}
