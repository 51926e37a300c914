import { checkOptions } from '../internal/check.js';

/** What every layer of tfjs takes, and what tfjs adds to a config when it loads a model. */
const COMMON = [
  'name',
  'trainable',
  'dtype',
  'inputDType',
  'inputShape',
  'batchInputShape',
  'batchSize',
  'weights',
  'updatable',
  'customObjects',
];

/** Refuses options that neither this layer nor every layer has. */
export function checkLayerOptions(where: string, args: unknown, own: readonly string[]): void {
  checkOptions(where, args, [...own, ...COMMON]);
}
