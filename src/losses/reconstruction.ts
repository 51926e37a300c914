import { mean, sum, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { checkOneOf, checkOptions, fail } from '../internal/check.js';
import type { Reduction } from '../types.js';
import { checkBatch } from './check.js';

/** Options of a loss between two tensors of one shape. */
export interface ReconstructionOptions<R extends Reduction = Reduction> {
  /** `'mean'` (default) or `'sum'` over all elements, or `'none'`: one value per element. */
  reduction?: R;
}

/** A scalar, or a tensor of the inputs' shape for `'none'`. */
export type Reduced<R extends Reduction> = R extends 'none' ? Tensor : Scalar;

/** Checks a pair of tensors of one shape, by their names, and reduces the `distance` of the two. */
export function reconstruction<R extends Reduction, Name extends string>(
  where: string,
  pair: Readonly<Record<Name, Tensor>>,
  [nameA, nameB]: readonly [Name, Name],
  options: ReconstructionOptions<R>,
  distance: (a: Tensor, b: Tensor) => Tensor,
): Reduced<R> {
  checkOptions(where, pair, [nameA, nameB], 'pair');
  checkOptions(where, options, ['reduction']);
  const reduction: Reduction = options.reduction ?? 'mean';
  checkOneOf(where, 'reduction', reduction, ['mean', 'sum', 'none']);
  const { [nameA]: a, [nameB]: b } = pair;
  checkBatch(where, nameA, a);
  checkBatch(where, nameB, b);
  if (a.shape.join() !== b.shape.join())
    fail('shape', where, nameB, `of the shape of \`${nameA}\`, [${a.shape.join(',')}]`, b);
  return tidy(() => {
    const values = distance(a, b);
    if (reduction === 'none') return values;
    return reduction === 'sum' ? sum(values) : mean(values);
  }) as Reduced<R>;
}
