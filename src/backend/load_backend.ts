import { candidates } from '#candidates';
import { chooseBackend } from './choose_backend.js';
import type { LoadedBackend } from './choose_backend.js';
import { checkLoadBackendOptions } from './options.js';
import type { LoadBackendOptions } from './options.js';

export type { LoadBackendOptions } from './options.js';

let lastCall: Promise<unknown> = Promise.resolve();

/**
 * Chooses the fastest backend that works here, starts it, gives it gan-kit's kernels and makes it
 * the one that tensors live on.
 *
 * In Node the order is tfjs-node-gpu with a CUDA device, tfjs-node, WebGPU (npm `webgpu`, or that of Deno),
 * wasm, cpu; in browsers WebGPU, WebGL, wasm, cpu. A backend is accepted if its module is there and was made for this
 * tfjs-core, if it starts, if it is not a GPU's in software (`softwareWebGPU`, `softwareWebGL`), and if it
 * computes a convolution and both its gradients right. A backend that already holds tensors is kept,
 * unless `prefer` says otherwise. In Node, too, wasm computes with threads, and the same numbers with any
 * count of them. tfjs's banner is not printed, and nothing keeps the process from ending.
 *
 * @param options what to prefer and where to find things; all of it optional.
 * @returns the backend's name, its device, and why each other backend was not chosen.
 * @throws GanKitError of code `backend`, with all reasons, if no backend works, or none in `prefer`.
 *
 * **Differentiable:** the kernels of a backend that was accepted are.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 *
 * const { name, device, skipped } = await loadBackend();
 * console.log(name); // → wasm
 * console.log(device); // for instance: WebAssembly SIMD, 4 threads
 * for (const { name, reason } of skipped) console.log(name, 'was not chosen:', reason);
 * ```
 */
export async function loadBackend(options: LoadBackendOptions = {}): Promise<LoadedBackend> {
  checkLoadBackendOptions(options);
  // one at a time: two at once would switch backends under each other's self-test
  const call = lastCall.then(() => chooseBackend(candidates, options));
  lastCall = call.catch(() => undefined);
  return call;
}
