import type { layers } from '@tensorflow/tfjs-layers';
import { batchNormalization } from '../layers/normalization/batch_normalization.js';
import { groupNormalization } from '../layers/normalization/group_normalization.js';
import { instanceNormalization } from '../layers/normalization/instance_normalization.js';

/** The normalization of a network's layers; `'instance'` has no weights, as in CycleGAN. */
export type Normalization = 'instance' | 'batch' | 'none';

/** All values of {@link Normalization}. */
export const NORMALIZATIONS: readonly Normalization[] = ['instance', 'batch', 'none'] as const;

/** Makes the normalization of the layer of this name; returns an empty list for `'none'`. */
export function normalizationLayers(
  normalization: Normalization | 'layer',
  name: string,
  { epsilon }: { readonly epsilon?: number } = {},
): layers.Layer[] {
  const options = { name: `${name}_norm`, ...(epsilon === undefined ? {} : { epsilon }) };
  if (normalization === 'batch') return [batchNormalization(options)];
  if (normalization === 'layer') return [groupNormalization({ groups: 1, ...options })];
  return normalization === 'instance' ? [instanceNormalization(options)] : [];
}
