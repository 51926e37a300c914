import { engine, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { installKernels } from '../../src/kernels/install.js';
import { guardMemory } from '../../src/kernels/wasm/runtime/out_of_memory.js';
import type { WasmBackend } from '../../src/kernels/wasm/runtime/wasm_backend.js';

/** The heap of the wasm backend, with limits that a test sets. */
export interface LimitedHeap {
  /** Number of allocated bytes, of those that JavaScript asked for. */
  readonly held: number;
  /** The largest value of `held` since a test set this field. */
  peak: number;
  /** The largest allowed value of `held`; an allocation beyond it gets address 0, as from a full heap. */
  limit: number;
  /** Number of further allocations before one fails, whatever its size; those after it succeed again. */
  grants: number;
  readonly backend: WasmBackend;
}

/** Starts wasm on a heap that a test can make seem full, with the library's guard against a full heap. */
export async function limitHeap(): Promise<LimitedHeap> {
  await setBackend('wasm');
  const backend = engine().backend as unknown as WasmBackend;
  const { wasm } = backend;
  wasm._free(wasm._malloc(8));
  const malloc = wasm._malloc.bind(wasm);
  const free = wasm._free.bind(wasm);
  const sizes = new Map<number, number>();
  const heap = { held: 0, peak: 0, limit: Infinity, grants: Infinity, backend };
  wasm._malloc = (bytes) => {
    if (heap.held + bytes > heap.limit) return 0;
    if (heap.grants-- <= 0) {
      heap.grants = Infinity;
      return 0;
    }
    const address = malloc(bytes);
    sizes.set(address >>> 0, bytes);
    heap.held += bytes;
    heap.peak = Math.max(heap.peak, heap.held);
    return address;
  };
  wasm._free = (address) => {
    heap.held -= sizes.get(address >>> 0) ?? 0;
    sizes.delete(address >>> 0);
    free(address);
  };
  guardMemory(backend);
  installKernels();
  return heap;
}
