import { pad, reshape, reverse, slice, slice_util, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { gradFunc } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

interface StridedSliceAttrs {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/** Puts the elements of dy back at `begin`, `begin + stride` … along one axis, zeros elsewhere. */
function spread(dy: Tensor, axis: number, begin: number, stride: number, size: number): Tensor {
  return tidy(() => {
    const count = dy.shape[axis]!;
    const step = Math.abs(stride);
    const forwards = stride > 0 ? dy : reverse(dy, axis);
    const first = stride > 0 ? begin : begin + (count - 1) * stride;
    const outer = dy.shape.slice(0, axis);
    const inner = dy.shape.slice(axis + 1);
    // each element followed by step − 1 zeros, except the last
    const apart = pad(reshape(forwards, [...outer, count, 1, ...inner]), [
      ...outer.map((): [number, number] => [0, 0]),
      [0, 0],
      [0, step - 1],
      ...inner.map((): [number, number] => [0, 0]),
    ]);
    const length = (count - 1) * step + 1;
    const line = slice(
      reshape(apart, [...outer, count * step, ...inner]),
      dy.shape.map(() => 0),
      [...outer, length, ...inner],
    );
    return pad(
      line,
      line.shape.map((_, i): [number, number] =>
        i === axis ? [first, size - first - length] : [0, 0],
      ),
    );
  });
}

/** The gradient of strided slices; tfjs has none. */
export const stridedSlice: GradientRepair = {
  kernelName: 'StridedSlice',
  make: () => ({
    kernelName: 'StridedSlice',
    inputsToSave: ['x'],
    gradFunc: gradFunc<StridedSliceAttrs>((dy, [x], attrs) => ({
      x: () => {
        const { begin, end, strides } = slice_util.sliceInfo(
          x!.shape,
          attrs.begin,
          attrs.end,
          attrs.strides,
          attrs.beginMask,
          attrs.endMask,
          attrs.ellipsisMask,
          attrs.newAxisMask,
          attrs.shrinkAxisMask,
        );
        if (dy.size === 0) return zeros(x!.shape);
        // the shape before axes are added and dropped
        const counts = slice_util.computeOutShape(begin, end, strides);
        return x!.shape.reduce(
          (dx, size, axis) => spread(dx, axis, begin[axis]!, strides[axis]!, size),
          reshape(dy, counts),
        );
      },
    })),
  }),
};
