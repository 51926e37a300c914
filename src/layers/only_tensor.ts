import type { Tensor } from '@tensorflow/tfjs-core';
import { fail } from '../internal/check.js';

/** The one input of a layer; tfjs passes either the tensor or a list that holds it. */
export function onlyTensor(where: string, inputs: Tensor | Tensor[]): Tensor {
  if (!Array.isArray(inputs)) return inputs;
  if (inputs.length !== 1) fail('shape', where, 'inputs', 'one tensor', inputs);
  return inputs[0]!;
}
