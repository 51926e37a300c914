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

/** Mode and seed of a translation. */
export interface TranslationOptions {
  readonly mode: TranslationMode;
  /** Seed of the dropout masks; without it they are those of the next step. */
  readonly seed: number | undefined;
}

/** Runs a generator; its statistics and random streams stay unchanged. */
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
 * Hashes a seed to a place in a random stream: 52 bits, out of reach of training, which counts from 0,
 * and of other seeds.
 */
const placeOf = (where: string, seed: number): number =>
  new RandomStream(seed, where).fork('translate').seed % 2 ** 52;
