import type { Tensor4D } from '@tensorflow/tfjs-core';
import { readOptions } from '../internal/read_options.js';
import type { ModelOf } from '../types.js';
import { DISCRIMINATOR, convolutionalDiscriminator } from './translation_discriminator.js';
import type { TranslationDiscriminatorOptions } from './translation_discriminator.js';

/** Options of {@link pixelDiscriminator}. */
export type PixelDiscriminatorOptions = TranslationDiscriminatorOptions;

/**
 * Makes PixelGAN, a discriminator from images `[batch, h, w, c]` to one logit for each pixel, `[batch, h, w, 1]`,
 * that depends only on the color of this pixel.
 *
 * It has convolutions 1×1 to f = `filters` channels · LeakyReLU, to 2f · normalization · LeakyReLU, and to the
 * logit. The first has a bias. The others have one with `'instance'`, and with spectral normalization if there
 * is no other.
 *
 * @param options See {@link TranslationDiscriminatorOptions}; `normalization` is `'instance'` by default, and
 *   `'none'` with `spectralNorm`. Height and width may be `null`.
 * @returns A model with random weights, determined by the seed. Its layers: `conv0`, `conv0_act`, `conv1`,
 *   `conv1_norm`, `conv1_act`, `conv2`.
 * @throws GanKitError if an option is out of range.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { pixelDiscriminator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const critic = pixelDiscriminator({ inputShape: [null, null, 3], filters: 4 });
 * const logits = critic.predict(zeros([1, 9, 16, 3])) as Tensor;
 * console.log(logits.shape); // → [ 1, 9, 16, 1 ]
 * ```
 *
 * @see Isola et al. 2017, arXiv 1611.07004, section 6.1.2
 */
export function pixelDiscriminator(options: PixelDiscriminatorOptions): ModelOf<Tensor4D> {
  const where = 'pixelDiscriminator';
  const read = readOptions(where, options, DISCRIMINATOR);
  const point = { kernelSize: 1, strides: 1, padding: 0 } as const;
  const { filters } = read;
  return convolutionalDiscriminator(
    where,
    [
      { ...point, filters, then: 'activated', bias: true },
      { ...point, filters: 2 * filters, then: 'normalized', bias: false },
      { ...point, filters: 1, then: 'logits', bias: false },
    ],
    read,
  );
}
