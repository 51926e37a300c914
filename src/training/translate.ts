import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOneOf, checkTensor } from '../internal/check.js';
import { installKernels } from '../kernels/install.js';
import { withFrozenPowerIteration } from '../layers/power_iteration_mode.js';
import { drawingLayers } from '../layers/replayed_call.js';
import { preservingStatistics } from './batch_norm_statistics.js';

/**
 * How a generator translates: `'training'` with the statistics of the batch and with dropout, as the
 * published results of pix2pix were made, `'inference'` with running statistics and without.
 */
export type TranslationMode = 'training' | 'inference';

/** Runs a generator; its statistics and random streams stay where they are. */
export function translateBy(
  where: string,
  generator: LayersModel,
  parameter: string,
  images: Tensor,
  mode: TranslationMode,
): Tensor {
  checkTensor(where, parameter, images, { shape: generator.inputs[0]!.shape });
  checkOneOf(where, 'mode', mode, ['training', 'inference']);
  installKernels();
  const draws = drawingLayers([generator]).map((layer) => ({ layer, position: layer.position }));
  const training = mode === 'training';
  try {
    return preservingStatistics(generator, () =>
      withFrozenPowerIteration(() => tidy(() => generator.apply(images, { training }) as Tensor)),
    );
  } finally {
    for (const { layer, position } of draws) layer.seek(position);
  }
}
