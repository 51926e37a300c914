import type { Tensor4D } from '@tensorflow/tfjs-core';
import { sequential } from '@tensorflow/tfjs-layers';
import type { layers } from '@tensorflow/tfjs-layers';
import { checkBoolean, checkNumber } from '../internal/check.js';
import { allOrNothing } from '../internal/freed_if_thrown.js';
import { conv2d } from '../layers/conv2d.js';
import { ImageSize } from '../layers/image_size.js';
import type { ImageSizeOptions } from '../layers/image_size.js';
import { leakyReLU } from '../layers/leaky_relu.js';
import { spectralNormalization } from '../layers/spectral/spectral_normalization.js';
import type { ModelOf } from '../types.js';
import { initializeWeights } from './initialize_weights.js';
import { COMMON, checkCommon, normalizationLayers } from './translation_plan.js';
import type { TranslationOptions } from './translation_plan.js';

/** What the discriminators of image translation have in common. */
export interface TranslationDiscriminatorOptions extends TranslationOptions {
  /** Whether every convolution is spectrally normalized; default false. */
  spectralNorm?: boolean;
  /** Slope of LeakyReLU where it is negative; default 0.2. */
  negativeSlope?: number;
}

export const DISCRIMINATOR: readonly string[] = [...COMMON, 'spectralNorm', 'negativeSlope'];

/** One convolution and what follows it. */
export interface DiscriminatorStage {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: number;
  /** Normalization and LeakyReLU, LeakyReLU alone, or nothing, which makes the logits. */
  readonly then: 'normalized' | 'activated' | 'logits';
  /** Whether there is a bias in any case. */
  readonly bias: boolean;
}

/** The options with their defaults, checked. */
export function checkDiscriminator(
  where: string,
  args: TranslationDiscriminatorOptions,
): Required<TranslationDiscriminatorOptions> {
  const given: Partial<TranslationDiscriminatorOptions> = args ?? {}; // plain JavaScript may pass none
  const { filters = 64, spectralNorm = false, negativeSlope = 0.2 } = given;
  const { stddev = 0.02, seed = 0, name = 'discriminator' } = given;
  checkBoolean(where, 'spectralNorm', spectralNorm);
  const normalization = given.normalization ?? (spectralNorm ? 'none' : 'instance');
  checkCommon(where, given, normalization);
  checkNumber(where, 'negativeSlope', negativeSlope, { min: 0, max: 1 });
  const { inputShape } = args;
  return { inputShape, filters, normalization, spectralNorm, negativeSlope, stddev, seed, name };
}

/**
 * `conv0`, `conv1` … from stages; biases with `'instance'`, and with spectral normalization alone.
 *
 * @param sizes What images of free size are to have, if anything.
 */
export function convolutionalDiscriminator(
  stages: readonly DiscriminatorStage[],
  options: Required<TranslationDiscriminatorOptions>,
  sizes?: Pick<ImageSizeOptions, 'multipleOf' | 'least' | 'maker'>,
): ModelOf<Tensor4D> {
  const { inputShape, normalization, spectralNorm, negativeSlope, stddev, seed } = options;
  const biased = normalization === 'instance' || (normalization === 'none' && spectralNorm);
  const shape = { inputShape: [...inputShape] as number[] };
  const free = sizes !== undefined && inputShape.includes(null);
  const first = free ? [new ImageSize({ ...sizes, ...shape, name: 'input_size' })] : [];
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
    const model = sequential({ layers: [...first, ...stack()], name: options.name });
    initializeWeights(model, { stddev, seed });
    return model as ModelOf<Tensor4D>;
  });
}
