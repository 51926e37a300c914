import { candidates } from '#candidates';
import { chooseBackend } from './choose_backend.js';
import type { LoadedBackend } from './choose_backend.js';
import { checkLoadBackendOptions } from './options.js';
import type { LoadBackendOptions } from './options.js';

export type { LoadBackendOptions } from './options.js';

let lastCall: Promise<unknown> = Promise.resolve();

/**
 * Chooses the fastest backend that works here, starts it, installs gan-kit's kernels and makes it the backend of new
 * tensors.
 *
 * In Node the order is tfjs-node-gpu with a CUDA device, tfjs-node, WebGPU (npm `webgpu`, or that of Deno), wasm,
 * cpu; in browsers WebGPU, WebGL, wasm, cpu. A backend is accepted if its module is available and was made for this
 * tfjs-core, if it starts, if it is not a software GPU (`softwareWebGPU`, `softwareWebGL`), and if it computes a
 * convolution and both its gradients right. A backend that already holds tensors is kept, unless `prefer` says
 * otherwise. wasm computes with threads, also in Node, and its results do not depend on their number. tfjs's banner
 * is not printed, and nothing keeps the process from ending.
 *
 * @param options what to prefer and where to find modules and binaries; all optional.
 * @returns the backend's name, its device, and the reason for not choosing each other backend.
 * @throws GanKitError of code `backend`, with all reasons, if no backend works, or none in `prefer`.
 *
 * **Differentiable:** the kernels of an accepted backend are.
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
