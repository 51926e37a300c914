import type { SymbolicTensor, layers } from '@tensorflow/tfjs-layers';
import { checkNumber, checkOneOf, fail } from '../internal/check.js';
import { checkBackend } from '../internal/check_backend.js';
import { batchNormalization } from '../layers/normalization/batch_normalization.js';
import { instanceNormalization } from '../layers/normalization/instance_normalization.js';

/** How the layers of a translation network are normalized. */
export type TranslationNormalization = 'instance' | 'batch' | 'none';

/** Height, width and channels of images; `null` for a height or width that differs from batch to batch. */
export type TranslationShape = readonly [
  height: number | null,
  width: number | null,
  channels: number,
];

/** What the networks of image translation have in common. */
export interface TranslationOptions {
  /** `[height, width, channels]`; `null` for a height or width that differs from batch to batch. */
  inputShape: TranslationShape;
  /** Channels of the layer next to the image; default 64. */
  filters?: number;
  /** `'instance'` (without weights, as CycleGAN's), `'batch'` or `'none'`. */
  normalization?: TranslationNormalization;
  /** Standard deviation of the initial kernels and batch normalization scales; default 0.02. */
  stddev?: number;
  /** Any integer from 0 on; default 0. */
  seed?: number;
  /** The model's name. */
  name?: string;
}

export const COMMON: readonly string[] = [
  'inputShape',
  'filters',
  'normalization',
  'stddev',
  'seed',
  'name',
];

/** Checks the options that all have, before any weight is made. */
export function checkCommon(
  where: string,
  { inputShape, filters = 64, stddev = 0.02, seed = 0 }: Partial<TranslationOptions>,
  normalization: TranslationNormalization,
): void {
  if (!Array.isArray(inputShape) || inputShape.length !== 3)
    fail('shape', where, 'inputShape', '[height, width, channels]', inputShape);
  for (const size of inputShape)
    if (size !== null) checkNumber(where, 'inputShape', size, { integer: true, min: 1 });
  if (inputShape[2] === null)
    fail('shape', where, 'inputShape', '[height, width, channels] with known channels', inputShape);
  checkNumber(where, 'filters', filters, { integer: true, min: 1 });
  checkNumber(where, 'stddev', stddev, { above: 0 });
  checkNumber(where, 'seed', seed, { integer: true, min: 0 });
  checkOneOf(where, 'normalization', normalization, ['instance', 'batch', 'none']);
  checkBackend(where);
}

/** The layer that follows a convolution of this name; none with `'none'`. */
export function normalizationLayers(
  normalization: TranslationNormalization,
  name: string,
): layers.Layer[] {
  if (normalization === 'none') return [];
  const options = { name: `${name}_norm` };
  return [normalization === 'batch' ? batchNormalization(options) : instanceNormalization(options)];
}

/** One layer after the other. */
export const chain = (x: SymbolicTensor, links: readonly layers.Layer[]): SymbolicTensor =>
  links.reduce((x, layer) => layer.apply(x) as SymbolicTensor, x);
