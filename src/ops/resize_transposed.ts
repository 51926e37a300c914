import { matMul, reshape, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/** The matrix of weights of source pixels (columns) in resized ones (rows), along one axis. */
export type Weights = (from: number, to: number) => number[][];

/** Weights source pixel ⌊(i + ½) · from/to⌋. */
export const nearest: Weights = (from, to) =>
  Array.from({ length: to }, (_, i) => {
    const source = Math.min(from - 1, Math.floor((i + 0.5) * (from / to)));
    return Array.from({ length: from }, (_, j) => (j === source ? 1 : 0));
  });

/** Weights the two pixels around position (i + ½) · from/to − ½; beyond the border, the border pixel. */
export const bilinear: Weights = (from, to) =>
  Array.from({ length: to }, (_, i) => {
    const position = Math.min(from - 1, Math.max(0, (i + 0.5) * (from / to) - 0.5));
    return Array.from({ length: from }, (_, j) => Math.max(0, 1 - Math.abs(j - position)));
  });

/** Computes Wᵀ dy along one axis, for y = W x. */
function along(dy: Tensor, axis: 1 | 2, weights: number[][]): Tensor {
  const from = weights[0]!.length;
  const order = axis === 1 ? [1, 0, 2, 3] : [2, 0, 1, 3]; // its own inverse, or [1, 2, 0, 3]
  const back = axis === 1 ? [1, 0, 2, 3] : [1, 2, 0, 3];
  const moved = transpose(dy, order);
  const rows: Tensor2D = reshape(moved, [moved.shape[0], -1]);
  const summed = matMul(tensor2d(weights), rows, true);
  return transpose(reshape(summed, [from, ...moved.shape.slice(1)]), back);
}

/**
 * Computes the gradient of resizing images with half-pixel centers, as two matrix products.
 *
 * **Differentiable:** to any order.
 *
 * @param dy The gradient in the resized images [batch, height, width, channels].
 * @param size Height and width before resizing.
 * @returns [batch, ...size, channels]; the caller owns it.
 */
export function resizeTransposed(
  dy: Tensor,
  [height, width]: readonly [number, number],
  weights: Weights,
): Tensor {
  const [, tall, wide] = dy.shape as [number, number, number];
  return tidy(() => along(along(dy, 1, weights(height, tall)), 2, weights(width, wide)));
}
