import type { layers } from '@tensorflow/tfjs-layers';
import { batchNormalization } from '../layers/normalization/batch_normalization.js';
import { instanceNormalization } from '../layers/normalization/instance_normalization.js';

/** The normalization of a network's layers; `'instance'` has no weights, as in CycleGAN. */
export type Normalization = 'instance' | 'batch' | 'none';

/** All values of {@link Normalization}. */
export const NORMALIZATIONS: readonly Normalization[] = ['instance', 'batch', 'none'] as const;

/** Makes the normalization that follows the layer of this name; returns an empty list for `'none'`. */
export function normalizationLayers(normalization: Normalization, name: string): layers.Layer[] {
  if (normalization === 'none') return [];
  const options = { name: `${name}_norm` };
  return [normalization === 'batch' ? batchNormalization(options) : instanceNormalization(options)];
}
