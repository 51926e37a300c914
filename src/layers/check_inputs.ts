import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../internal/check.js';

/** Checks that there is one tensor of the right shape for each input of a model, of any dtype except string. */
export function checkInputs(
  where: string,
  parameter: string,
  model: LayersModel,
  inputs: readonly unknown[],
): asserts inputs is readonly Tensor[] {
  const wanted = (model.inputs as LayersModel['inputs'] | undefined) ?? []; // undefined until the model is built
  if (wanted.length > 0 && inputs.length !== wanted.length)
    fail(
      'shape',
      where,
      parameter,
      `as many tensors as the model has inputs, ${wanted.length}`,
      inputs,
    );
  inputs.forEach((x, i) => {
    const name = inputs.length === 1 ? parameter : `${parameter}[${i}]`;
    const shape = wanted[i]?.shape;
    checkTensor(where, name, x, { dtype: 'any', ...(shape !== undefined && { shape }) });
    if (x.dtype === 'string') fail('shape', where, name, 'of numbers', x);
  });
}
