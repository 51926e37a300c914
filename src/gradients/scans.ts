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
 * A scan from the end. On webgpu tfjs's own reversed scans take the length of the first one's rows for that
 * of all: its shader, which holds the length, is found again without it.
 */
const fromTheEnd = (scan: (x: Tensor) => Tensor, x: Tensor, axis: number): Tensor =>
  reverseAlong(scan(reverseAlong(x, axis)), axis);

/** The gradient of a running sum runs the other way. tfjs's is transposed on an inner axis. */
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
 * Π_{j≠i} xⱼ along the last axis, zeros allowed: what comes before times what comes behind. Running
 * products have no gradient in tfjs; for a second pass each product is made anew, which takes n
 * times the memory.
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

/** tfjs's needs its chained ops, which a program need not have loaded. */
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
