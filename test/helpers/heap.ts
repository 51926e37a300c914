import { engine } from '@tensorflow/tfjs-core';

/** Bytes of JavaScript objects that are still in use, after a collection; 0 in a browser, which tells nobody. */
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

/** The size of the wasm backend's memory, which can grow and never shrinks. */
export function wasmHeap(): number {
  const { wasm } = engine().backend as unknown as { wasm?: { HEAPU8: Uint8Array } };
  return wasm?.HEAPU8.length ?? 0;
}
