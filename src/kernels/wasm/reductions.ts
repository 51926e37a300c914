import { Mean, Sum, reshape, tidy, transpose, util } from '@tensorflow/tfjs-core';
import type { SumAttrs, Tensor } from '@tensorflow/tfjs-core';
import { simdOf } from './runtime/simd.js';
import { kernelFunc, toTensor } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

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
        return tidy(() => {
          const { outer, count, inner, block } = contiguous(x, axes, kept);
          const outShape = attrs.keepDims
            ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
            : kept.map((axis) => x.shape[axis]!);
          const out = toTensor(backend.makeOutput([outer, inner], 'float32'));
          const [from, to] = [block, out].map(({ dataId }) => backend.getMemoryOffset(dataId));
          simdOf(backend).sum(from!, outer, count, inner, factor(count), to!);
          return reshape(out, outShape);
        });
      }),
  };
}

/** A tensor as [outer, count, inner], to be summed over the middle. */
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
