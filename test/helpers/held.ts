import { backend, memory } from '@tensorflow/tfjs-core';

interface Backend {
  readonly wasm?: { readonly HEAPU8: Uint8Array };
  readonly binding?: { getNumOfTensors(): number };
}

/** Returns the number of tensors, and the size of wasm's heap or libtensorflow's own number of tensors. */
export function held(): { tensors: number; heap: number } {
  const { wasm, binding } = backend() as unknown as Backend;
  return { tensors: memory().numTensors, heap: wasm?.HEAPU8.length ?? binding!.getNumOfTensors() };
}
