import type { Tensor4D } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkBackend } from '../internal/check_backend.js';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { booleanOrAuto, integer, number, oneOf, shape } from '../internal/option_kinds.js';
import { optional, readOptions } from '../internal/read_options.js';
import { conv2d } from '../layers/conv2d.js';
import { conv2dTranspose } from '../layers/conv2d_transpose.js';
import { dropout } from '../layers/dropout.js';
import { recompute } from '../layers/recompute.js';
import { reflectionPadding2d } from '../layers/reflection_padding_2d.js';
import type { ModelOf } from '../types.js';
import { initializeWeights } from './initialize_weights.js';
import { outerPaddings } from './outer_paddings.js';
import { NORMALIZATIONS, normalizationLayers } from './normalization.js';
import type { Normalization } from './normalization.js';
import { AXES, TRANSLATOR, chain } from './translation_plan.js';
import type { TranslationOptions } from './translation_plan.js';

type Layer = layers.Layer;

/** Options of {@link resnetGenerator}. */
export interface ResnetGeneratorOptions extends TranslationOptions {
  /** The normalization: `'instance'` (the default; without weights, as in CycleGAN), `'batch'` or `'none'`. */
  normalization?: Normalization;
  /** The number of channels of the output images; default: that of the input. */
  outputChannels?: number;
  /**
   * `[height, width, channels]` of the output images, if they differ in size from the input: up to 6 pixels smaller,
   * or up to 2·(size − 4) larger; default `[height, width, outputChannels]`, the size of the input.
   */
  outputShape?: readonly [number, number, number];
  /** The number of residual blocks, 0 or more; default 9, for 256×256. The paper has 6 for 128×128. */
  blocks?: number;
  /** The kind of padding by one pixel in the blocks; default `'reflect'`. */
  padding?: 'reflect' | 'replicate' | 'zero';
  /** Dropout rate within each block, in [0, 1); default 0, as in CycleGAN. pix2pix has 0.5. */
  dropout?: number;
  /**
   * Whether the blocks keep only their input for the backward pass (see `recompute`); `'auto'`: those that memory has no
   * room for. Default false.
   */
  recompute?: boolean | 'auto';
}

/**
 * Makes the generator of CycleGAN, from images `[batch, h, w, c]` to images in (−1, 1), with residual blocks.
 *
 * With f = `filters` and N for the normalization: 7×7 to f · N · ReLU, two convolutions 3×3 of stride 2 to
 * 2f and 4f, each N · ReLU; `blocks` times x + [3×3 · N · ReLU · (dropout) · 3×3 · N] with nothing after the
 * sum; two transposed convolutions 3×3 of stride 2 back to 2f and f, each N · ReLU; 7×7 to the image · tanh.
 * The 7×7 convolutions are padded by reflection, independent of `padding`, which applies to the blocks.
 *
 * Convolutions have biases with `'instance'`, and the last one has a bias in any case. Batch normalization has
 * its own offset, and with `'none'` the reference has no biases either.
 *
 * For output images of another size, for example between 28×28 and 32×32, the first reflection pads by
 * (3 + half the difference) to grow, or the last one by (3 − half the difference) to shrink; the rest is the same.
 *
 * @param options See {@link ResnetGeneratorOptions}. Height and width are multiples of 4, 8 or more, or `null`.
 *   With `null` the size of the images is not checked: if it is not a multiple of 4, the output is larger.
 * @returns A model with random weights, determined by the seed. Its layers: `encode0` … `encode2`, `block{k}_a`
 *   and `block{k}_b`, `decode0`, `decode1`, `output`, and those with the endings `_pad`, `_norm`, `_act`, `_drop`,
 *   `_add`.
 * @throws GanKitError if an option is out of range or a size does not fit; the message names sizes that fit.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { resnetGenerator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const toStreets = resnetGenerator({ inputShape: [28, 28, 1], outputShape: [32, 32, 3], blocks: 2, filters: 4 });
 * const image = toStreets.predict(zeros([1, 28, 28, 1])) as Tensor;
 * console.log(image.shape); // → [ 1, 32, 32, 3 ]
 * ```
 *
 * @see Zhu et al. 2017, arXiv 1703.10593, section 7.2; Johnson et al. 2016, arXiv 1603.08155
 */
export function resnetGenerator(options: ResnetGeneratorOptions): ModelOf<Tensor4D> {
  return allOrNothing(() => makeResnet(options));
}

function makeResnet(options: ResnetGeneratorOptions): ModelOf<Tensor4D> {
  const where = 'resnetGenerator';
  const read = readOptions(where, options, {
    ...TRANSLATOR,
    outputShape: optional(shape<readonly [number, number, number]>({ axes: AXES })),
    blocks: integer({ min: 0, default: 9 }),
    normalization: oneOf(NORMALIZATIONS, { default: 'instance' }),
    padding: oneOf(['reflect', 'replicate', 'zero'], { default: 'reflect' }),
    dropout: number({ min: 0, below: 1, default: 0 }),
    recompute: booleanOrAuto({ default: false }),
  });
  checkBackend(where);
  const { filters, blocks, normalization, padding, stddev, seed } = read;
  const { dropout: rate, recompute: lean } = read;
  const { first, last, channels } = outerPaddings(where, read);

  const useBias = normalization === 'instance';
  const kernelInitializer = 'zeros' as const;
  const norm = (name: string) => normalizationLayers(normalization, name);
  const relu = (name: string) => layers.reLU({ name: `${name}_act` });
  const down = (name: string, filters: number) => [
    conv2d({ name, filters, kernelSize: 3, strides: 2, padding: 1, useBias, kernelInitializer }),
    ...norm(name),
    relu(name),
  ];
  const up = (name: string, filters: number) => [
    conv2dTranspose({
      ...{ name, filters, kernelSize: 3, strides: 2, padding: 1, outputPadding: 1 },
      ...{ useBias, kernelInitializer },
    }),
    ...norm(name),
    relu(name),
  ];
  const convolution = (name: string): Layer[] => {
    const same = { name, filters: 4 * filters, kernelSize: 3, useBias, kernelInitializer };
    if (padding === 'zero') return [conv2d({ ...same, padding: 1 }), ...norm(name)];
    // symmetric padding by one pixel repeats the border pixel
    const mode = padding === 'reflect' ? 'reflect' : 'symmetric';
    return [
      reflectionPadding2d({ padding: 1, mode, name: `${name}_pad` }),
      conv2d(same),
      ...norm(name),
    ];
  };
  const branch = (k: number): Layer[] => [
    ...convolution(`block${k}_a`),
    relu(`block${k}_a`),
    ...(rate > 0 ? [dropout({ rate, seed: seed * blocks + k, name: `block${k}_drop` })] : []),
    ...convolution(`block${k}_b`),
  ];

  const image = input({ shape: [...read.inputShape], name: 'input' });
  let x = chain(image, [
    reflectionPadding2d({ padding: first, name: 'encode0_pad' }),
    conv2d({ name: 'encode0', filters, kernelSize: 7, useBias, kernelInitializer }),
    ...norm('encode0'),
    relu('encode0'),
    ...down('encode1', 2 * filters),
    ...down('encode2', 4 * filters),
  ]);
  for (let k = 0; k < blocks; k++) {
    const inside = branch(k);
    const change = chain(
      x,
      lean
        ? [recompute(inside, { name: `block${k}`, budget: lean === 'auto' ? lean : 0 })]
        : inside,
    );
    x = layers.add({ name: `block${k}_add` }).apply([x, change]) as SymbolicTensor;
  }
  const outputs = chain(x, [
    ...up('decode0', 2 * filters),
    ...up('decode1', filters),
    reflectionPadding2d({ padding: last, name: 'output_pad' }),
    conv2d({ name: 'output', filters: channels, kernelSize: 7, kernelInitializer }),
    layers.activation({ activation: 'tanh', name: 'output_act' }),
  ]);
  const generator = model({ inputs: image, outputs, name: read.name });
  initializeWeights(generator, { stddev, seed });
  return generator as ModelOf<Tensor4D>;
}
