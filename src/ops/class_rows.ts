import { cast, oneHot, reshape } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/**
 * Converts labels to rows of class weights `[batch, classes]`. Numbers of classes, `[batch]` or `[batch, 1]` of any
 * dtype, become rows with a 1 at the class, or of zeros for a number from outside 0 … classes − 1. Rows
 * `[batch, classes]` stay as they are.
 */
export function classRows(labels: Tensor, classes: number): Tensor2D {
  const numbered = labels.rank === 1 || labels.shape[1] !== classes || classes === 1;
  if (!numbered) return cast(labels, 'float32') as Tensor2D;
  // not by oneHot's dtype: tfjs's wasm backend writes the bits of integers
  return cast(oneHot(cast(reshape(labels, [-1]), 'int32'), classes) as Tensor2D, 'float32');
}
