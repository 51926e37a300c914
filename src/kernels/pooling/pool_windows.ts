import type { MaxPool3DAttrs, MaxPoolAttrs, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { poolAxes } from './pool_axes.js';
import type { PoolAttrs, PoolAxis } from './pool_axes.js';

/** The windows of a pooling; its images are one deep in two dimensions. */
export interface Pool {
  readonly batch: number;
  readonly channels: number;
  /** Depth, height, width. */
  readonly axes: readonly [PoolAxis, PoolAxis, PoolAxis];
}

const ONE_DEEP: PoolAxis = { size: 1, windows: 1, window: 1, stride: 1, before: 0 };

/** Describes the windows of a pooling in two dimensions. */
export const pool2D = ({ shape }: Tensor4D, attrs: MaxPoolAttrs): Pool =>
  pool(shape, [ONE_DEEP, ...poolAxes(shape, attrs as PoolAttrs)]);

/** Describes the windows of a pooling in three dimensions. */
export const pool3D = ({ shape }: Tensor5D, attrs: MaxPool3DAttrs): Pool =>
  pool(shape, poolAxes(shape, attrs));

const pool = (shape: readonly number[], axes: readonly PoolAxis[]): Pool => ({
  batch: shape[0]!,
  channels: shape.at(-1)!,
  axes: axes as Pool['axes'],
});

/** Visits each output element with the place of its window's first maximum, or of its first NaN. */
export function forEachMaximum(
  values: Float32Array,
  { batch, channels, axes: [depth, height, width] }: Pool,
  visit: (at: number, out: number) => void,
): void {
  let out = 0;
  for (let n = 0; n < batch; n++)
    for (let od = 0; od < depth.windows; od++) {
      const [front, back] = bounds(depth, od);
      for (let oh = 0; oh < height.windows; oh++) {
        const [top, bottom] = bounds(height, oh);
        for (let ow = 0; ow < width.windows; ow++) {
          const [left, right] = bounds(width, ow);
          for (let c = 0; c < channels; c++, out++) {
            let maximum = -Infinity;
            let place = -1;
            for (let d = front; d < back; d++)
              for (let h = top; h < bottom; h++)
                for (let w = left; w < right; w++) {
                  const row = (n * depth.size + d) * height.size + h;
                  const at = (row * width.size + w) * channels + c;
                  const value = values[at]!;
                  if (place >= 0 && (value <= maximum || Number.isNaN(maximum))) continue;
                  maximum = value;
                  place = at;
                }
            if (place >= 0) visit(place, out);
          }
        }
      }
    }
}

/** Returns the start and the end of a window within the image. */
function bounds({ size, window, stride, before }: PoolAxis, index: number): [number, number] {
  const start = index * stride - before;
  return [Math.max(0, start), Math.min(size, start + window)];
}
