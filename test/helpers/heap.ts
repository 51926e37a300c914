import { engine } from '@tensorflow/tfjs-core';

/** Returns the bytes of JavaScript objects in use after a collection; 0 in a browser, which does not expose it. */
export async function usedHeap(): Promise<number> {
  if (typeof process === 'undefined' || !process.versions?.node) return 0;
  const [v8, vm] = await Promise.all([import('node:v8'), import('node:vm')]);
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve)); // finalizers run between tasks
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Returns the size of the wasm backend's memory, which can grow but not shrink. */
export function wasmHeap(): number {
  const { wasm } = engine().backend as unknown as { wasm?: { HEAPU8: Uint8Array } };
  return wasm?.HEAPU8.length ?? 0;
}

interface Allocator {
  _malloc: (bytes: number) => number;
  _free: (address: number) => void;
}

/** Counts the bytes that the wasm backend allocates and frees from now on; earlier blocks do not count. */
export function watchHeap(): { held: () => number; stop: () => number } {
  const { wasm } = engine().backend as unknown as { wasm: Allocator };
  wasm._free(wasm._malloc(8)); // Emscripten sets the functions at their first call
  const { _malloc, _free } = wasm;
  const blocks = new Map<number, number>();
  let [held, peak] = [0, 0];
  wasm._malloc = (bytes) => {
    const address = _malloc(bytes);
    blocks.set(address, bytes);
    held += bytes;
    peak = Math.max(peak, held);
    return address;
  };
  wasm._free = (address) => {
    held -= blocks.get(address | 0) ?? blocks.get(address >>> 0) ?? 0;
    blocks.delete(address | 0);
    blocks.delete(address >>> 0);
    _free(address);
  };
  return {
    held: () => held,
    stop: () => {
      Object.assign(wasm, { _malloc, _free });
      return peak;
    },
  };
}
