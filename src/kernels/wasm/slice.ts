import { Slice, SplitV, backend_util, slice_util, util } from '@tensorflow/tfjs-core';
import type { SliceAttrs, SplitVAttrs, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import { simdOf } from './runtime/simd.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmBackend, WasmKernelCall } from './runtime/wasm_backend.js';

type Call<Attrs> = WasmKernelCall<{ x: Tensor }, Attrs>;

/** Returns the start and the length of the slice, along each axis. */
function params(x: Tensor, attrs: SliceAttrs): { begin: number[]; size: number[] } {
  const [begin, size] = slice_util.parseSliceParams(x, attrs.begin, attrs.size);
  return { begin: begin!, size: size! };
}

const isOurs = ({ dtype }: Tensor) => dtype !== 'string' && dtype !== 'complex64';

/** Copies a part by its contiguous runs, all those along some axes at once. */
function partOf(
  backend: WasmBackend,
  x: Tensor,
  begin: readonly number[],
  size: readonly number[],
): TensorInfo {
  const out = backend.makeOutput(size, x.dtype);
  if (util.sizeFromShape([...size]) === 0) return out;
  const simd = simdOf(backend);
  const [from, to] = [x, out].map(({ dataId }) => backend.getMemoryOffset(dataId));
  const strides = [...util.computeStrides(x.shape), 1].map(
    (stride) => stride * util.bytesPerElement(x.dtype),
  );
  const isWhole = (axis: number) => size[axis] === x.shape[axis];
  // the last axis that is cut, with all below it, is contiguous
  let cut = Math.max(0, x.rank - 1);
  while (cut > 0 && isWhole(cut)) cut--;
  const width = (size[cut] ?? 1) * strides[cut]!;
  // the axis above it, and those above as long as they are whole, are rows at equal distances
  let first = cut;
  let rows = 1;
  do if (first > 0) rows *= size[--first]!;
  while (first > 0 && isWhole(first));
  let write = to!;
  const copy = (axis: number, read: number): void => {
    if (axis < first) {
      for (let i = 0; i < size[axis]!; i++)
        copy(axis + 1, read + (begin[axis]! + i) * strides[axis]!);
      return;
    }
    let start = read;
    for (let inner = axis; inner <= cut && inner < x.rank; inner++)
      start += begin[inner]! * strides[inner]!;
    simd.copy(simd.job, start, cut > 0 ? strides[cut - 1]! : width, write, width, width, rows);
    write += width * rows;
  };
  copy(0, from!);
  return out;
}

/**
 * Slicing by copies of contiguous runs. Stock wasm first copies the whole of x out of its heap: the
 * border of an image costs as much as the image, and folding the border of a padded [1,64,64,256]
 * back took 10 times as long.
 */
const slice: KernelReplacement = {
  kernelName: Slice,
  make: (stock) =>
    kernelFunc((call: Call<SliceAttrs>) => {
      const { inputs, attrs, backend } = call;
      const { x } = inputs;
      if (!isOurs(x)) return stock(call);
      const { begin, size } = params(x, attrs);
      slice_util.assertParamsValid(x, begin, size);
      return partOf(backend, x, begin, size);
    }),
};

/** Splitting, in the same way; stock wasm splits channels pixel by pixel. */
const split: KernelReplacement = {
  kernelName: SplitV,
  make: (stock) =>
    kernelFunc<Call<SplitVAttrs>, TensorInfo[]>((call) => {
      const { inputs, attrs, backend } = call;
      const { x } = inputs;
      if (!isOurs(x)) return stock(call) as unknown as TensorInfo[];
      const [axis] = util.parseAxisParam(attrs.axis, x.shape) as [number];
      const begin = x.shape.map(() => 0);
      return backend_util.prepareSplitSize(x, attrs.numOrSizeSplits, axis).map((length) => {
        const part = partOf(
          backend,
          x,
          begin,
          x.shape.map((size, i) => (i === axis ? length : size)),
        );
        begin[axis]! += length;
        return part;
      });
    }),
};

/** Slicing and splitting. */
export const slices: readonly KernelReplacement[] = [slice, split];
