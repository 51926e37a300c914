import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOneOf, checkTensor, fail } from '../internal/check.js';
import { RandomStream } from '../internal/random.js';
import { installKernels } from '../kernels/install.js';
import { checkImageSize } from '../layers/image_size.js';
import { drawingLayers } from '../layers/modes/replayed_call.js';
import { withoutEffects } from '../layers/modes/without_effects.js';

/**
 * How a generator translates: `'training'` with the statistics of the batch and with dropout, as the
 * published results of pix2pix were made, `'inference'` with running statistics and without.
 */
export type TranslationMode = 'training' | 'inference';

/** How a generator is to translate. */
export interface TranslationOptions {
  readonly mode: TranslationMode;
  /** Which dropout masks are drawn; those of the next step where it is left out. */
  readonly seed: number | undefined;
}

/** Runs a generator; its statistics and random streams stay where they are. */
export function translateBy(
  where: string,
  generator: LayersModel,
  [parameter, images]: readonly [parameter: string, images: Tensor | undefined],
  { mode, seed }: TranslationOptions,
): Tensor {
  checkTensor(where, parameter, images, { shape: generator.inputs[0]!.shape });
  checkImageSize(where, parameter, images, generator);
  checkOneOf(where, 'mode', mode, ['training', 'inference']);
  const training = mode === 'training';
  if (seed !== undefined && !training)
    fail('value', where, 'seed', "left out where mode is 'inference', which draws nothing", seed);
  installKernels();
  const place = seed === undefined ? undefined : placeOf(where, seed);
  return withoutEffects([generator], () => {
    if (place !== undefined) for (const layer of drawingLayers([generator])) layer.seek(place);
    return tidy(() => generator.apply(images, { training }) as Tensor);
  });
}

/**
 * The place in a random stream that belongs to a seed: a hash of 52 bits, where no training comes, which
 * counts from 0, nor another seed.
 */
const placeOf = (where: string, seed: number): number =>
  new RandomStream(seed, where).fork('translate').seed % 2 ** 52;
