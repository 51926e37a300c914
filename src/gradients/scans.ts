import {
  cast,
  cumprod,
  cumsum,
  eye,
  mul,
  ones,
  prod as productOf,
  reshape,
  reverse as reverseAlong,
  tidy,
  transpose,
  util,
  where,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { gradFunc, isRecording } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

interface CumsumAttrs {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/**
 * Scans from the end. tfjs's own reversed scans on webgpu use the row length of the first one for all: its
 * shader contains the length, but its cache key does not.
 */
const fromTheEnd = (scan: (x: Tensor) => Tensor, x: Tensor, axis: number): Tensor =>
  reverseAlong(scan(reverseAlong(x, axis)), axis);

/** The gradient of a running sum, which runs the other way. tfjs's is transposed on an inner axis. */
export const runningSum: GradientRepair = {
  kernelName: 'Cumsum',
  make: () => ({
    kernelName: 'Cumsum',
    gradFunc: gradFunc<CumsumAttrs>((dy, _, { axis, exclusive, reverse }) => ({
      x: () =>
        reverse
          ? cumsum(dy, axis, exclusive)
          : fromTheEnd((x) => cumsum(x, axis, exclusive), dy, axis),
    })),
  }),
};

interface ProdAttrs {
  readonly axis?: number | number[];
}

/**
 * Computes Π_{j≠i} xⱼ along the last axis, zeros allowed: the product of those before times that of those
 * behind. Running products have no gradient in tfjs; each product is recomputed for a second pass, which
 * takes n times the memory.
 */
function productOfOthers(x: Tensor): Tensor {
  return tidy(() => {
    const last = x.rank - 1;
    const before = (factors: Tensor) => cumprod(factors, last, true);
    if (!isRecording()) return mul(before(x), fromTheEnd(before, x, last));
    const n = x.shape[last]!;
    const shape = [...x.shape.slice(0, last), n, n];
    const rows = mul(reshape(x, [...x.shape.slice(0, last), 1, n]), ones(shape));
    const self = cast(mul(eye(n), ones(shape)), 'bool');
    return productOf(where(self, ones(shape), rows), last + 1);
  });
}

/** The gradient of products; tfjs's needs its chained ops, which may not be loaded. */
export const product: GradientRepair = {
  kernelName: 'Prod',
  make: () => ({
    kernelName: 'Prod',
    inputsToSave: ['x'],
    gradFunc: gradFunc<ProdAttrs>((dy, saved, { axis }) => ({
      x: () =>
        tidy(() => {
          const x = saved[0]!;
          const gone = util.parseAxisParam(axis ?? x.shape.map((_, i) => i), x.shape);
          const kept = x.shape.map((_, i) => i).filter((i) => !gone.includes(i));
          const order = [...kept, ...gone];
          const keptShape = kept.map((i) => x.shape[i]!);
          const moved = transpose(x, order);
          const others = productOfOthers(reshape(moved, [...keptShape, -1]));
          const dx = mul(others, reshape(dy, [...keptShape, 1]));
          return transpose(
            reshape(dx, moved.shape),
            order.map((_, i) => order.indexOf(i)),
          );
        }),
    })),
  }),
};
