import type { TensorInfo } from '@tensorflow/tfjs-core';
import { simdOf } from './simd.js';
import type { WasmBackend } from './wasm_backend.js';

/** Numbers of the functions in assembly/elementwise.ts; p and q are numbers that are the same for all elements. */
export const FUNCTIONS = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  square: 4,
  abs: 5,
  negate: 6,
  /** min(max(a, p), q). */
  clamp: 7,
  /** a > 0 ? 1 : p. */
  step: 8,
  /** a · (a > 0 ? 1 : p). */
  leakyRelu: 9,
  /** a · (b > 0 ? 1 : p). */
  brokenSlope: 10,
  /** a + (b − a) p. */
  movedTowards: 11,
  /** a p + b q. */
  weightedSum: 12,
} as const;

/** How an operand lies along the rows of a result. */
interface Lay {
  /** Whether its row has an element for each of the result's. */
  readonly isLong: boolean;
  /** Bytes from one of its rows to the next. */
  readonly stride: number;
  /** The rows of the result for which it has one. */
  readonly repeat: number;
}

/** How the operands of one result lie. */
interface Layout {
  readonly shape: readonly number[];
  readonly row: number;
  readonly a: Lay;
  readonly b: Lay;
}

/** The length of the rows of results whose operands have the same shape. */
const ROW = 16_384;
const BYTES = Float32Array.BYTES_PER_ELEMENT;
const OF_ALL: Lay = { isLong: true, stride: ROW * BYTES, repeat: 1 };
const OF_ONE: Lay = { isLong: false, stride: 0, repeat: 1 };

const product = (sizes: readonly number[]) => sizes.reduce((size, axis) => size * axis, 1);

const areEqual = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/**
 * Returns how two operands lie: of one shape, a scalar beside a tensor, or in each axis but one stretch of axes of
 * full length, such as [C], [N, 1, 1, C] and [N, H, W, 1] beside [N, H, W, C]. Returns undefined for others.
 */
function layoutOf(a: readonly number[], b: readonly number[]): Layout | undefined {
  if (areEqual(a, b)) return { shape: a, row: ROW, a: OF_ALL, b: OF_ALL };
  if (b.length <= a.length) {
    const lay = layIn(a, b);
    if (lay !== undefined) return { shape: a, row: lay.row, a: lay.all, b: lay.own };
  }
  if (a.length > b.length) return undefined;
  const lay = layIn(b, a);
  return lay && { shape: b, row: lay.row, a: lay.own, b: lay.all };
}

/** Returns how a smaller operand lies in a shape. */
function layIn(
  shape: readonly number[],
  small: readonly number[],
): { row: number; all: Lay; own: Lay } | undefined {
  const size = product(small);
  if (size === 1) return { row: ROW, all: OF_ALL, own: OF_ONE };
  const skipped = shape.length - small.length;
  const isOne = (axis: number) =>
    axis < skipped || (small[axis - skipped] === 1 && shape[axis] !== 1);
  for (let axis = skipped; axis < shape.length; axis++)
    if (!isOne(axis) && small[axis - skipped] !== shape[axis]) return undefined;
  // axes of the own rows first, then those that it repeats over, and those that it has in full
  let axis = 0;
  while (axis < shape.length && !isOne(axis)) axis++;
  const firstRepeated = axis;
  while (axis < shape.length && isOne(axis)) axis++;
  const firstLong = axis;
  while (axis < shape.length && !isOne(axis)) axis++;
  if (axis < shape.length) return undefined;
  const [outer, repeated, long] = [
    product(shape.slice(0, firstRepeated)),
    product(shape.slice(firstRepeated, firstLong)),
    product(shape.slice(firstLong)),
  ];
  // one element for the whole of a row
  if (long === 1)
    return {
      row: repeated,
      all: { isLong: true, stride: repeated * BYTES, repeat: 1 },
      own: { isLong: false, stride: BYTES, repeat: 1 },
    };
  const stride = outer === 1 ? 0 : long * BYTES;
  return {
    row: long,
    all: { isLong: true, stride: long * BYTES, repeat: 1 },
    own: { isLong: true, stride, repeat: repeated },
  };
}

/**
 * Computes one of the {@link FUNCTIONS} of tensors of float32, on all threads if they are large. Returns undefined if
 * their shapes differ in another way than the common ones.
 */
export function runElementwise(
  backend: WasmBackend,
  name: keyof typeof FUNCTIONS,
  a: TensorInfo,
  b: TensorInfo = a,
  p = 0,
  q = 0,
): TensorInfo | undefined {
  const layout = layoutOf(a.shape, b.shape);
  if (layout === undefined) return undefined;
  const y = backend.makeOutput(layout.shape, 'float32');
  const n = product(layout.shape);
  if (n === 0) return y;
  // asking for an offset may move a tensor here, and the heap with it
  const [ofA, ofB, to] = [a, b, y].map(({ dataId }) => backend.getMemoryOffset(dataId)) as [
    number,
    number,
    number,
  ];
  simdOf(backend).elementwise(
    simdOf(backend).job,
    FUNCTIONS[name],
    ...[ofA, Number(layout.a.isLong), layout.a.stride, layout.a.repeat],
    ...[ofB, Number(layout.b.isLong), layout.b.stride, layout.b.repeat],
    ...[to, n, layout.row, p, q],
  );
  return y;
}
