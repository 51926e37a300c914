import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayerVariable } from './named_weights.js';

/**
 * Runs `fn` while weights read as other tensors; the weights themselves are untouched.
 *
 * The tensors are on the tape like any other, so gradients run through how they came about.
 */
export function withReplacedWeights<T>(
  replacements: Iterable<readonly [LayerVariable, Tensor]>,
  fn: () => T,
): T {
  const replaced: LayerVariable[] = [];
  try {
    for (const [variable, value] of replacements) {
      // an own property hides the method of the prototype until it is deleted
      variable.read = () => value;
      replaced.push(variable);
    }
    return fn();
  } finally {
    for (const variable of replaced) delete (variable as Partial<LayerVariable>).read;
  }
}
