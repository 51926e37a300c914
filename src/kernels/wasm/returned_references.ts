import { BatchToSpaceND, GatherV2, SpaceToBatchND, StridedSlice } from '@tensorflow/tfjs-core';
import type { DataId } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import type { WasmKernelCall } from './runtime/wasm_backend.js';

/**
 * Stock kernels that refer to their inputs by reshaped tensors while they work. If the heap is full, stock wasm keeps these
 * references, and the inputs are never freed.
 */
export const returnedReferences: readonly KernelReplacement[] = [
  BatchToSpaceND,
  GatherV2,
  SpaceToBatchND,
  StridedSlice,
].map((kernelName) => ({
  kernelName,
  make: (stock) =>
    kernelFunc((call: WasmKernelCall) => withReturned(call.backend, () => stock(call))),
}));

/** The methods of a backend that count references. */
interface References {
  incRef: (dataId: DataId) => void;
  disposeData: (dataId: DataId, force?: boolean) => boolean;
}

/** Runs a kernel; if it throws, disposes of the references that it took. */
function withReturned<T>(backend: References, kernel: () => T): T {
  const taken: DataId[] = [];
  const { incRef, disposeData } = backend;
  backend.incRef = (dataId) => {
    taken.push(dataId);
    incRef.call(backend, dataId);
  };
  backend.disposeData = (dataId, force) => {
    const at = taken.lastIndexOf(dataId);
    if (at >= 0) taken.splice(at, 1);
    return disposeData.call(backend, dataId, force);
  };
  try {
    return kernel();
  } catch (error) {
    for (const dataId of taken) disposeData.call(backend, dataId);
    throw error;
  } finally {
    Object.assign(backend, { incRef, disposeData });
  }
}
