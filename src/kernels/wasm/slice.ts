import { Slice, slice_util, util } from '@tensorflow/tfjs-core';
import type { SliceAttrs, Tensor } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import { heapViews } from './runtime/wasm_backend.js';
import type { KernelReplacement } from '../replacement.js';
import type { HeapView, WasmKernelCall } from './runtime/wasm_backend.js';

type Call = WasmKernelCall<{ x: Tensor }, SliceAttrs>;

/** Returns the start and the length of the slice, along each axis. */
function params(x: Tensor, attrs: SliceAttrs): { begin: number[]; size: number[] } {
  const [begin, size] = slice_util.parseSliceParams(x, attrs.begin, attrs.size);
  return { begin: begin!, size: size! };
}

/**
 * Slicing by copies of contiguous runs. Stock wasm first copies the whole of x out of its heap: the
 * border of an image costs as much as the image, and folding the border of a padded [1,64,64,256]
 * back took 10 times as long.
 */
export const slice: KernelReplacement = {
  kernelName: Slice,
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, attrs, backend } = call;
      const { x } = inputs;
      if (x.dtype === 'string' || x.dtype === 'complex64') return stock(call);
      const { begin, size } = params(x, attrs);
      slice_util.assertParamsValid(x, begin, size);
      const out = backend.makeOutput(size, x.dtype);
      if (util.sizeFromShape(size) === 0) return out;
      const [from, to] = heapViews<[HeapView, HeapView]>(backend, x, out);
      const strides = [...util.computeStrides(x.shape), 1];

      // the last axis that is cut, with all below it, is contiguous
      let cut = x.rank - 1;
      while (cut > 0 && size[cut] === x.shape[cut]) cut--;
      const run = size[cut]! * strides[cut]!;
      let write = 0;
      const copy = (axis: number, read: number): void => {
        if (axis >= cut) {
          const start = read + begin[cut]! * strides[cut]!;
          // a view costs more than a few numbers
          if (run < 16) for (let i = 0; i < run; i++) to[write + i] = from[start + i]!;
          else to.set(from.subarray(start, start + run), write);
          write += run;
          return;
        }
        for (let i = 0; i < size[axis]!; i++)
          copy(axis + 1, read + (begin[axis]! + i) * strides[axis]!);
      };
      copy(0, 0);
      return out;
    }),
};
