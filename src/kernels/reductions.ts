import { Mean, Sum, reshape, tidy, transpose, util } from '@tensorflow/tfjs-core';
import type { SumAttrs, Tensor } from '@tensorflow/tfjs-core';
import { heapViews, kernelFunc, toTensor } from './wasm_backend.js';
import type { FloatPair, KernelCall, KernelReplacement, WasmBackend } from './wasm_backend.js';

type Call = KernelCall<{ x: Tensor }, SumAttrs>;

/**
 * Sums with float64 accumulators, right to float32 rounding at any length; stock wasm adds in
 * float32 (1e-5 off at 65,536 terms) and transposes first to sum over leading axes, as bias
 * gradients and batch statistics do: 2 times as long at [64,14,14,32], 5 times at [64,28,28,64].
 */
export const sum: KernelReplacement = reduction(Sum, () => 1);

/** The same for the mean. */
export const mean: KernelReplacement = reduction(Mean, (count) => 1 / count);

function reduction(kernelName: string, factor: (count: number) => number): KernelReplacement {
  return {
    kernelName,
    make: (stock) =>
      kernelFunc((call: Call) => {
        const { inputs, attrs, backend } = call;
        const { x } = inputs;
        if (x.dtype !== 'float32' || x.size === 0) return stock(call);
        const axes = util.parseAxisParam(attrs.axis, x.shape).sort((a, b) => a - b);
        const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
        return tidy(() => {
          const { outer, count, inner, block } = contiguous(x, axes, kept);
          const outShape = attrs.keepDims
            ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
            : kept.map((axis) => x.shape[axis]!);
          const out = toTensor(backend.makeOutput([outer, inner], 'float32'));
          reduce(block, out, { outer, count, inner }, factor(count), backend);
          return reshape(out, outShape);
        });
      }),
  };
}

/** A tensor seen as [outer, count, inner], to be summed over the middle. */
interface Block {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
}

/** Brings the reduced axes together, by a transpose if they are apart. */
function contiguous(x: Tensor, axes: number[], kept: number[]): Block & { block: Tensor } {
  const sizeOf = (those: number[]) => util.sizeFromShape(those.map((axis) => x.shape[axis]!));
  const first = axes[0] ?? x.rank;
  const together = axes.every((axis, i) => axis === first + i);
  const before = together ? kept.filter((axis) => axis < first) : kept;
  const after = together ? kept.filter((axis) => axis > first) : [];
  return {
    outer: sizeOf(before),
    count: sizeOf(axes),
    inner: sizeOf(after),
    block: together ? x : transpose(x, [...kept, ...axes]),
  };
}

function reduce(
  block: Tensor,
  out: Tensor,
  { outer, count, inner }: Block,
  factor: number,
  backend: WasmBackend,
): void {
  const [from, to] = heapViews<FloatPair>(backend, block, out);
  if (inner === 1) {
    for (let o = 0; o < outer; o++) to[o] = sumRow(from, o * count, (o + 1) * count) * factor;
    return;
  }
  const sums = new Float64Array(inner);
  for (let o = 0; o < outer; o++) {
    sums.fill(0);
    addRows(from, o * count * inner, (o + 1) * count * inner, sums);
    for (let i = 0; i < inner; i++) to[o * inner + i] = sums[i]! * factor;
  }
}

/** Four sums that do not wait for each other. */
function sumRow(values: Float32Array, start: number, end: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    s0 += values[i]!;
    s1 += values[i + 1]!;
    s2 += values[i + 2]!;
    s3 += values[i + 3]!;
  }
  for (; i < end; i++) s0 += values[i]!;
  return s0 + s1 + (s2 + s3);
}

/** As many elements as stay in the cache while all their columns are passed over. */
const CACHED = 2 ** 16;

/** Adds the rows that make up values[start … end) to `sums`, which is as long as one row. */
function addRows(values: Float32Array, start: number, end: number, sums: Float64Array): void {
  const width = sums.length;
  const step = Math.max(1, Math.floor(CACHED / width)) * width;
  for (let from = start; from < end; from += step) {
    const to = Math.min(end, from + step);
    let c = 0;
    for (; c + 8 <= width; c += 8) addEightColumns(values, from + c, to, sums, c);
    for (; c < width; c++) {
      let sum = sums[c]!;
      for (let i = from + c; i < to; i += width) sum += values[i]!;
      sums[c] = sum;
    }
  }
}

/** Eight sums at a time use half of each cache line. */
function addEightColumns(
  values: Float32Array,
  start: number,
  end: number,
  sums: Float64Array,
  at: number,
): void {
  const width = sums.length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  for (let i = start; i < end; i += width) {
    s0 += values[i]!;
    s1 += values[i + 1]!;
    s2 += values[i + 2]!;
    s3 += values[i + 3]!;
    s4 += values[i + 4]!;
    s5 += values[i + 5]!;
    s6 += values[i + 6]!;
    s7 += values[i + 7]!;
  }
  sums[at]! += s0;
  sums[at + 1]! += s1;
  sums[at + 2]! += s2;
  sums[at + 3]! += s3;
  sums[at + 4]! += s4;
  sums[at + 5]! += s5;
  sums[at + 6]! += s6;
  sums[at + 7]! += s7;
}
