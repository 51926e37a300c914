import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { installKernels } from '../../src/kernels/install.js';

/** The backends of this machine that every contract runs on. */
export const BACKENDS = ['cpu', 'wasm'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** Makes a backend current, with the kernels that gan-kit brings. */
export async function useBackend(name: BackendName): Promise<void> {
  if (!(await setBackend(name))) throw new Error(`backend ${name} did not start`);
  await ready();
  installKernels();
}
