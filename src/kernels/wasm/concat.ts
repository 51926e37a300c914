import { Concat, backend_util, util } from '@tensorflow/tfjs-core';
import type { ConcatAttrs, Tensor } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { simdOf } from './runtime/simd.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

type Call = WasmKernelCall<readonly Tensor[], ConcatAttrs>;

/** Concatenation by copies of rows on all threads; stock wasm joins channels pixel by pixel in JavaScript. */
export const concat: KernelReplacement = {
  kernelName: Concat,
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, attrs, backend } = call;
      const { dtype, shape } = inputs[0]!;
      const isOurs = (x: Tensor) =>
        x.dtype === dtype && dtype !== 'string' && dtype !== 'complex64';
      if (!inputs.every(isOurs)) return stock(call);
      const [axis] = util.parseAxisParam(attrs.axis, shape) as [number];
      const shapes = inputs.map((x) => x.shape);
      backend_util.assertParamsConsistent(shapes, axis);
      const out = backend.makeOutput(backend_util.computeOutShape(shapes, axis), dtype);
      const simd = simdOf(backend);
      const rows = util.sizeFromShape(shape.slice(0, axis));
      const widthOf = (of: readonly number[]) =>
        util.sizeFromShape(of.slice(axis)) * util.bytesPerElement(dtype);
      const from = inputs.map(({ dataId }) => backend.getMemoryOffset(dataId));
      const stride = widthOf(out.shape);
      let to = backend.getMemoryOffset(out.dataId);
      inputs.forEach((x, i) => {
        const width = widthOf(x.shape);
        if (width > 0 && rows > 0) simd.copy(simd.job, from[i]!, width, to, stride, width, rows);
        to += width;
      });
      return out;
    }),
};
