// Bundled and minified by each bundler, for pages and for their workers.
import { multiplyAdd } from './multiply_add.js';
import { threeSteps } from './three_steps.js';

let workers = 0;
let begun = 0;
globalThis.Worker = class extends Worker {
  constructor(...parameters) {
    super(...parameters);
    workers++;
    this.addEventListener('message', () => begun++);
  }
};

/** Trains, and tells the server what came of it. */
export async function report() {
  const options = {
    wasmPath: '/wasm/',
    threads: 2,
    modules: { webgl: () => import('@tensorflow/tfjs-backend-webgl') },
  };
  const answer = await threeSteps(options).catch((error) => ({ error: String(error.stack) }));
  const { crossOriginIsolated: isolated } = globalThis;
  await fetch('/result', {
    method: 'POST',
    body: JSON.stringify({ isolated, workers, begun, sums: multiplyAdd(), ...answer }),
  });
}
