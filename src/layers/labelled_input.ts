import type { Tensor } from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';

/** Returns the shape of x of a layer that takes `[x, labels]`; refuses labels of another shape. */
export function labelledShape(
  where: string,
  inputShape: Shape | Shape[],
  classes: number,
): readonly (number | null)[] {
  const [x, labels, ...others] = inputShape as Shape[];
  if (!Array.isArray(x) || !Array.isArray(labels) || others.length > 0)
    fail('shape', where, 'inputShape', 'two shapes, of [x, labels]', inputShape);
  const [, width, ...more] = labels;
  if (labels.length === 0 || more.length > 0 || ![undefined, 1, classes].includes(width as number))
    fail(
      'shape',
      where,
      'labels',
      `[batch], [batch, 1] with numbers of classes or [batch, ${classes}]`,
      labels,
    );
  return x;
}

/** Returns the inputs `[x, labels]` of a layer; refuses others, and labels of another number of samples. */
export function labelledInput(
  where: string,
  inputs: Tensor | Tensor[],
  classes: number,
): readonly [x: Tensor, labels: Tensor] {
  if (!Array.isArray(inputs) || inputs.length !== 2)
    fail('shape', where, 'inputs', 'two tensors, [x, labels]', inputs);
  const [x, labels] = inputs as [Tensor, Tensor];
  labelledShape(where, [x.shape, labels.shape], classes);
  if (labels.shape[0] !== x.shape[0])
    fail('shape', where, 'labels', `one for each of the ${x.shape[0]} samples`, labels);
  return [x, labels];
}
