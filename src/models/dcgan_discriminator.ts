import type { Tensor2D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { integer, number, oneOf, string } from '../internal/option_kinds.js';
import { optional, readOptions } from '../internal/read_options.js';
import { conv2d } from '../layers/conv2d.js';
import { dropout } from '../layers/dropout.js';
import { leakyReLU } from '../layers/leaky_relu.js';
import type { ModelOf } from '../types.js';
import { DCGAN, normalizer, planDCGAN } from './dcgan_plan.js';
import type { DCGANOptions } from './dcgan_plan.js';
import { initializeWeights } from './initialize_weights.js';
import { NORMALIZATIONS } from './normalization.js';
import type { Normalization } from './normalization.js';

/** Options of {@link dcganDiscriminator}. */
export interface DCGANDiscriminatorOptions extends DCGANOptions {
  /**
   * The normalization after each convolution except the first; default `'batch'` for the paper's form without
   * `spectralNorm`, else `'none'`.
   */
  normalization?: Normalization;
  /**
   * The number of convolutions of stride 2, from 1 to 8; each halves the image and doubles the channels.
   * By default 4 to 7 pixels are left at the end. With one more, the last convolution of a small network covers
   * the whole image.
   */
  layers?: number;
  /** Dropout rate after each convolution, in [0, 1); default 0 ('paper') or 0.3 ('tutorial'). */
  dropout?: number;
}

/**
 * Makes the discriminator of DCGAN, from images `[batch, h, w, c]` to logits `[batch, 1]`.
 *
 * It has convolutions of stride 2 with LeakyReLU that double the channels, down to 4 to 7 pixels, then
 * one dense unit. There is no sigmoid, because every loss of this library takes logits.
 *
 * @param options See {@link DCGANDiscriminatorOptions}.
 * @returns A model with random weights, determined by the seed.
 * @throws GanKitError if an option is out of range or `imageShape` cannot be halved down to 4 to 7 pixels.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { dcganDiscriminator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const discriminator = dcganDiscriminator({ imageShape: [32, 32, 3], filters: 4, spectralNorm: true });
 * ```
 *
 * @see Radford et al. 2015, arXiv 1511.06434, section 3
 */
export function dcganDiscriminator(options: DCGANDiscriminatorOptions = {}): ModelOf<Tensor2D> {
  return allOrNothing(() => makeDiscriminator(options));
}

function makeDiscriminator(options: DCGANDiscriminatorOptions): ModelOf<Tensor2D> {
  const where = 'dcganDiscriminator';
  const read = readOptions(where, options, {
    ...DCGAN,
    normalization: optional(oneOf(NORMALIZATIONS)),
    layers: optional(integer({ min: 1, max: 8 })),
    dropout: optional(number({ min: 0, below: 1 })),
    name: string({ default: 'discriminator' }),
  });
  const plan = planDCGAN(where, read);
  const { imageShape, doublings, form, filters, kernelSize, outerBias } = plan;
  const { negativeSlope, stddev, seed } = plan;
  const { normalization = form === 'paper' && !read.spectralNorm ? 'batch' : 'none' } = read;
  const { layers: convolutions = doublings, dropout: rate = form === 'paper' ? 0 : 0.3 } = read;
  const { useBias, wrap, after } = normalizer(normalization, plan);

  const stack: layers.Layer[] = [];
  for (let i = 0; i < convolutions; i++) {
    const name = `conv${i + 1}`;
    const first = i === 0;
    stack.push(
      wrap(
        conv2d({
          filters: filters * 2 ** i,
          kernelSize,
          strides: 2,
          padding: 'same',
          useBias: first ? outerBias : useBias,
          kernelInitializer: 'zeros',
          name,
          ...(first ? { inputShape: [...imageShape] } : {}),
        }),
      ),
      // the paper puts no batch normalization at the input
      ...(first ? [] : after(name)),
      leakyReLU({ negativeSlope, name: `${name}_act` }),
      ...(rate > 0 ? [dropout({ rate, seed: seed * convolutions + i, name: `${name}_drop` })] : []),
    );
  }
  stack.push(
    layers.flatten({ name: 'flatten' }),
    wrap(layers.dense({ units: 1, useBias: outerBias, kernelInitializer: 'zeros', name: 'logit' })),
  );
  const model = sequential({ layers: stack, name: read.name });
  initializeWeights(model, { stddev, seed });
  return model as ModelOf<Tensor2D>;
}
