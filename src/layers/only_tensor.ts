import type { Tensor } from '@tensorflow/tfjs-core';
import { fail } from '../internal/check.js';

/** Returns the only input of a layer; tfjs passes the tensor itself or a list of it. */
export function onlyTensor(where: string, inputs: Tensor | Tensor[]): Tensor {
  if (!Array.isArray(inputs)) return inputs;
  if (inputs.length !== 1) fail('shape', where, 'inputs', 'one tensor', inputs);
  return inputs[0]!;
}
