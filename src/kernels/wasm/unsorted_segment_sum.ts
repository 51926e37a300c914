import { UnsortedSegmentSum, util } from '@tensorflow/tfjs-core';
import type { Tensor, UnsortedSegmentSumAttrs } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import { heapViews } from './runtime/wasm_backend.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

type Call = WasmKernelCall<{ x: Tensor; segmentIds: Tensor }, UnsortedSegmentSumAttrs>;

/**
 * `out[s] = Σ x[i] over all i with segmentIds[i] = s`, the gradient of gather and of embeddings;
 * ids outside [0, numSegments) are dropped. Stock wasm has none.
 */
export const unsortedSegmentSum: KernelReplacement = {
  kernelName: UnsortedSegmentSum,
  make: () =>
    kernelFunc(({ inputs: { x, segmentIds }, attrs: { numSegments }, backend }: Call) => {
      const rowShape = x.shape.slice(segmentIds.rank);
      const size = util.sizeFromShape(rowShape);
      const out = backend.makeOutput([numSegments, ...rowShape], x.dtype);
      const [values, ids, sums] = heapViews<[Float32Array, Int32Array, Float32Array]>(
        backend,
        x,
        segmentIds,
        out,
      );
      sums.fill(0);
      ids.forEach((segment, row) => {
        if (segment < 0 || segment >= numSegments) return;
        for (let i = 0; i < size; i++) sums[segment * size + i]! += values[row * size + i]!;
      });
      return out;
    }),
};
