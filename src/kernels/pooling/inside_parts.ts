import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { PoolAxis } from './pool_axes.js';

/**
 * Computes the fraction of each window that lies inside the image, shape [1, …, 1]; returns
 * undefined if all windows lie inside.
 */
export function insideParts(axes: readonly PoolAxis[]): Tensor | undefined {
  let parts = [1];
  for (const { size, windows, window, stride, before } of axes) {
    const along = Array.from({ length: windows }, (_, i) => {
      const start = i * stride - before;
      return (Math.min(size, start + window) - Math.max(0, start)) / window;
    });
    parts = parts.flatMap((part) => along.map((other) => part * other));
  }
  if (parts.every((part) => part === 1)) return undefined;
  return tensor(parts, [1, ...axes.map(({ windows }) => windows), 1]);
}
