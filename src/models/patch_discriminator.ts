import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkSizes } from '../internal/image_sizes.js';
import { integer } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import type { ModelOf } from '../types.js';
import { DISCRIMINATOR, convolutionalDiscriminator } from './translation_discriminator.js';
import type {
  DiscriminatorStage,
  TranslationDiscriminatorOptions,
} from './translation_discriminator.js';

/** Options of {@link patchDiscriminator}. */
export interface PatchDiscriminatorOptions extends TranslationDiscriminatorOptions {
  /** The number of convolutions of stride 2, from 1 to 6; default 3, for patches of 70×70. */
  layers?: number;
}

/**
 * Makes PatchGAN, a discriminator from images `[batch, h, w, c]` to one logit for each of many overlapping
 * patches, `[batch, p, q, 1]`.
 *
 * It has n = `layers` convolutions 4×4 of stride 2 with f·min(2^k, 8) channels, f = `filters`, k from 0; one of
 * stride 1 with f·min(2^n, 8); each padded by 1 and followed by normalization (not the first) and
 * LeakyReLU; and one of stride 1 to the logits. A logit depends on a patch of 16, 34, 70, 142, 286 or 574 pixels
 * in height and width for n from 1 to 6, and h pixels give ⌊h/2ⁿ⌋ − 2 logits: 30 × 30 for 256 × 256. There is
 * no sigmoid, because losses take logits.
 *
 * The first and the last convolution have biases. The others have them with `'instance'`, and with spectral
 * normalization if there is no other. A normalization after a spectrally normalized convolution cancels 1/σ.
 *
 * @param options See {@link TranslationDiscriminatorOptions} and {@link PatchDiscriminatorOptions}; `normalization` is
 *   `'instance'` by default, and `'none'` with `spectralNorm`. Height and width are 3·2^layers or more, or `null`.
 * @returns A model with random weights, determined by the seed. Its layers: `conv0` … `conv{layers + 1}`,
 *   `conv{k}_norm`, `conv{k}_act`.
 * @throws GanKitError if an option is out of range or the images are too small; the message names sizes that fit.
 *
 * **Differentiable:** first and second order, once `enableSecondOrderGradients()` was called.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { patchDiscriminator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const critic = patchDiscriminator({ inputShape: [64, 64, 3], filters: 4, spectralNorm: true });
 * const logits = critic.predict(zeros([1, 64, 64, 3])) as Tensor;
 * console.log(logits.shape); // → [ 1, 6, 6, 1 ]
 * ```
 *
 * @see Isola et al. 2017, arXiv 1611.07004, section 6.1.2
 */
export function patchDiscriminator(options: PatchDiscriminatorOptions): ModelOf<Tensor4D> {
  const where = 'patchDiscriminator';
  const read = readOptions(where, options, {
    ...DISCRIMINATOR,
    layers: integer({ min: 1, max: 6, default: 3 }),
  });
  const { layers } = read;
  const sizes = { multipleOf: 1, least: 3 * 2 ** layers };
  const advice = layers > 1 ? ' Fewer layers take smaller ones.' : '';
  checkSizes(where, 'inputShape', read.inputShape, sizes, { advice });

  const stage = (k: number): DiscriminatorStage => ({
    filters: read.filters * Math.min(2 ** k, 8),
    kernelSize: 4,
    strides: k < layers ? 2 : 1,
    padding: 1,
    then: k === 0 ? 'activated' : 'normalized',
    bias: k === 0,
  });
  const stages = Array.from({ length: layers + 1 }, (_, k) => stage(k));
  const last = { filters: 1, kernelSize: 4, strides: 1, padding: 1, bias: true } as const;
  const stack = [...stages, { ...last, then: 'logits' } as const];
  return convolutionalDiscriminator(where, stack, read, sizes);
}
