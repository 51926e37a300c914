import { Mean, Sum, tidy, transpose, util } from '@tensorflow/tfjs-core';
import type { SumAttrs, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { simdOf } from './runtime/simd.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmBackend, WasmKernelCall } from './runtime/wasm_backend.js';

type Call = WasmKernelCall<{ x: Tensor }, SumAttrs>;

/**
 * Sums with float64 accumulators, correct to float32 rounding at any length; stock wasm adds in
 * float32 (1e-5 off at 65,536 terms) and transposes first to sum over leading axes, as bias
 * gradients and batch statistics do: 2 times as long at [64,14,14,32], 5 times at [64,28,28,64].
 */
export const sum: KernelReplacement = reduction(Sum, () => 1);

/** Means with float64 accumulators. */
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
        const shape = attrs.keepDims
          ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
          : kept.map((axis) => x.shape[axis]!);
        const out = backend.makeOutput(shape, 'float32');
        const block = blockOf(x, axes, kept);
        const isWhole = axes.every((axis, i) => axis === axes[0]! + i);
        const add = (x: Tensor) => sumTo(backend, x, block, factor(block.count), out);
        if (isWhole) add(x);
        else tidy(() => add(transpose(x, [...kept, ...axes])));
        return out;
      }),
  };
}

/** A tensor as [outer, count, inner], to be summed over the middle. */
interface Block {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
}

/** Writes the sums of a block, times a factor, from an element of a result on. */
export function sumTo(
  backend: WasmBackend,
  x: TensorInfo,
  { outer, count, inner }: Block,
  factor: number,
  out: TensorInfo,
  element = 0,
): void {
  const simd = simdOf(backend);
  const from = backend.getMemoryOffset(x.dataId);
  const to = backend.getMemoryOffset(out.dataId) + element * Float32Array.BYTES_PER_ELEMENT;
  // short rows need none
  const bytes = inner === 1 && count <= 16_384 ? 0 : simd.sumsBytes(outer, count, inner);
  simd.withScratch(bytes, (scratch) =>
    simd.sums(simd.job, from, outer, count, inner, factor, to, scratch),
  );
}

/** Returns the block whose middle is the reduced axes; they come last if they are apart. */
function blockOf(x: Tensor, axes: readonly number[], kept: readonly number[]): Block {
  const sizeOf = (those: readonly number[]) =>
    those.reduce((size, axis) => size * x.shape[axis]!, 1);
  const first = axes[0] ?? x.rank;
  const together = axes.every((axis, i) => axis === first + i);
  return {
    outer: sizeOf(together ? kept.filter((axis) => axis < first) : kept),
    count: sizeOf(axes),
    inner: sizeOf(together ? kept.filter((axis) => axis > first) : []),
  };
}
