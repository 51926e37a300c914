import { cast, fill, isNaN as isNotNumber, reshape, where } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Returns y, but `other` where the mask is set. It uses one dimension, as webgpu's `where` stops at rank 4. */
function replaced(mask: Tensor, other: Tensor, y: Tensor): Tensor {
  const [condition, chosen, rest] = [mask, other, y].map((tensor) => reshape(tensor, [-1]));
  return reshape(where(condition!, chosen!, rest!), y.shape);
}

/** Returns y, but NaN where x, of the same shape, is NaN. */
export const withNaNOf = (x: Tensor, y: Tensor): Tensor => replaced(isNotNumber(x), x, y);

/** Returns y, but NaN where the mask of dtype bool is set. */
export const withNaNWhere = (mask: Tensor, y: Tensor): Tensor =>
  replaced(mask, fill(y.shape, NaN), y);

/** Returns 1 where x is NaN, else 0. */
export const markNaN = (x: Tensor): Tensor => cast(isNotNumber(x), 'float32');
