import type { layers } from '@tensorflow/tfjs-layers';
import { batchNormalization } from '../layers/normalization/batch_normalization.js';
import { instanceNormalization } from '../layers/normalization/instance_normalization.js';

/** How the layers of a network are normalized; `'instance'` has no weights, as in CycleGAN. */
export type Normalization = 'instance' | 'batch' | 'none';

/** Every word for it. */
export const NORMALIZATIONS: readonly Normalization[] = ['instance', 'batch', 'none'] as const;

/** Makes the layer that follows one with weights of this name; none with `'none'`. */
export function normalizationLayers(normalization: Normalization, name: string): layers.Layer[] {
  if (normalization === 'none') return [];
  const options = { name: `${name}_norm` };
  return [normalization === 'batch' ? batchNormalization(options) : instanceNormalization(options)];
}
