import type { Tensor4D } from '@tensorflow/tfjs-core';
import { sequential } from '@tensorflow/tfjs-layers';
import type { layers } from '@tensorflow/tfjs-layers';
import { checkBackend } from '../internal/check_backend.js';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import type { ImageSizes } from '../internal/image_sizes.js';
import { boolean, number, oneOf, string } from '../internal/option_kinds.js';
import { optional } from '../internal/read_options.js';
import type { OptionsOf, SchemaOf, SchemaRead } from '../internal/read_options.js';
import { conv2d } from '../layers/conv2d.js';
import { ImageSize } from '../layers/image_size.js';
import { leakyReLU } from '../layers/leaky_relu.js';
import { spectralNormalization } from '../layers/spectral/spectral_normalization.js';
import type { ModelOf } from '../types.js';
import { initializeWeights } from './initialize_weights.js';
import { NORMALIZATIONS, normalizationLayers } from './normalization.js';
import type { Normalization } from './normalization.js';
import { TRANSLATION } from './translation_plan.js';
import type { TranslationOptions } from './translation_plan.js';

/** Options of the discriminators of image translation. */
export interface TranslationDiscriminatorOptions extends TranslationOptions {
  /**
   * The normalization: `'instance'` (without weights, as in CycleGAN), `'batch'` or `'none'`; default `'none'` with
   * `spectralNorm`, else `'instance'`.
   */
  normalization?: Normalization;
  /** Whether every convolution is spectrally normalized; default false. */
  spectralNorm?: boolean;
  /** Slope of LeakyReLU for negative values, in [0, 1]; default 0.2. */
  negativeSlope?: number;
}

/** Schema of the options that all discriminators have. */
export const DISCRIMINATOR: SchemaRead<Omit<TranslationDiscriminatorOptions, 'normalization'>> &
  SchemaOf<Pick<TranslationDiscriminatorOptions, 'normalization'>> = {
  ...TRANSLATION,
  normalization: optional(oneOf(NORMALIZATIONS)),
  spectralNorm: boolean({ default: false }),
  negativeSlope: number({ min: 0, max: 1, default: 0.2 }),
  name: string({ default: 'discriminator' }),
};

type Read = OptionsOf<typeof DISCRIMINATOR>;

/** A convolution and the layers that follow it. */
export interface DiscriminatorStage {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: number;
  /** The layers that follow: normalization and LeakyReLU, only LeakyReLU, or none for the logits. */
  readonly then: 'normalized' | 'activated' | 'logits';
  /** Whether there is always a bias, independent of the normalization. */
  readonly bias: boolean;
}

/**
 * Makes a discriminator with a convolution for each stage, `conv0`, `conv1` … All have biases with `'instance'`, and
 * with spectral normalization if there is no other normalization.
 *
 * @param sizes The sizes of images that fit, checked at each call if `inputShape` has `null`.
 */
export function convolutionalDiscriminator(
  where: string,
  stages: readonly DiscriminatorStage[],
  read: Read,
  sizes?: ImageSizes,
): ModelOf<Tensor4D> {
  checkBackend(where);
  const { inputShape, spectralNorm, negativeSlope, stddev, seed, name } = read;
  const { normalization = spectralNorm ? 'none' : 'instance' } = read;
  const biased = normalization === 'instance' || (normalization === 'none' && spectralNorm);
  const shape = { inputShape: [...inputShape] as number[] };
  const free = sizes !== undefined && inputShape.includes(null);
  const first = free
    ? [new ImageSize({ ...sizes, ...shape, maker: where, name: 'input_size' })]
    : [];
  const stack = () =>
    stages.flatMap(({ then, bias, ...geometry }, k): layers.Layer[] => {
      const name = `conv${k}`;
      const convolution = conv2d({
        ...geometry,
        useBias: bias || biased,
        kernelInitializer: 'zeros',
        name,
        ...(k === 0 && !free ? shape : {}),
      });
      return [
        spectralNorm ? spectralNormalization({ layer: convolution, seed, name }) : convolution,
        ...(then === 'normalized' ? normalizationLayers(normalization, name) : []),
        ...(then === 'logits' ? [] : [leakyReLU({ negativeSlope, name: `${name}_act` })]),
      ];
    });
  return allOrNothing(() => {
    const model = sequential({ layers: [...first, ...stack()], name });
    initializeWeights(model, { stddev, seed });
    return model as ModelOf<Tensor4D>;
  });
}
