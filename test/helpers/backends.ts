import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { env, ready, setBackend } from '@tensorflow/tfjs-core';
import { inject } from 'vitest';
import { loadBackend } from '../../src/backend/load_backend.js';
import { installKernels } from '../../src/kernels/install.js';

export type BackendName = 'cpu' | 'wasm' | 'webgl' | 'webgpu' | 'tensorflow';
declare module 'vitest' {
  interface ProvidedContext {
    backends: BackendName[];
  }
}

/** The backends on which the tests run: those of the vitest project that runs the file. */
export const BACKENDS: readonly BackendName[] = inject('backends');

/** The fastest of the backends, for tests that need only one. */
export const FASTEST: BackendName = BACKENDS.at(-1)!;

/**
 * Whether the backends are those of GPUs. In the tests these run in software and take milliseconds for an op
 * of any size, so tests should do less there, and must read back asynchronously.
 */
export const ON_GPU: boolean = BACKENDS.every((name) => name.startsWith('webg'));

/** Whether the tests run in a page of a browser. */
export const IN_PAGE: boolean = 'document' in globalThis;

/** The flags of each GPU backend: the value for the tests, and the default of tfjs. */
const FLAGS: Record<'webgl' | 'webgpu', Record<string, [boolean | number, boolean | number]>> = {
  // by default tfjs computes small tensors on the CPU, and most tensors of the tests are small
  webgl: { WEBGL_CPU_FORWARD: [false, true] },
  webgpu: {
    WEBGPU_CPU_FORWARD: [false, true],
    // use the tiled matrix product for small matrices too: a software driver runs it 10 to 40 times
    // faster than the shaders that tfjs would choose
    WEBGPU_MATMUL_PROGRAM_TYPE: [3, -1],
    WEBGPU_THRESHOLD_TO_INCREASE_WORKGROUPS_FOR_MATMUL: [0, -1],
  },
};

/**
 * Makes a backend current, with the kernels of gan-kit. A GPU backend gets the flags for tests, or the
 * defaults of tfjs if `tuned` is false.
 */
export async function useBackend(name: BackendName, { tuned = true } = {}): Promise<void> {
  if (name === 'webgl' || name === 'webgpu') {
    await loadBackend({
      prefer: [name],
      softwareWebGPU: true,
      softwareWebGL: true,
      modules: {
        webgl: () => import('@tensorflow/tfjs-backend-webgl'),
        webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
      },
    });
    for (const [flag, [forTests, stock]] of Object.entries(FLAGS[name]))
      env().set(flag, tuned ? forTests : stock);
    return;
  }
  // the backend's module registers it, and makes it current
  if (name === 'tensorflow') await loadBackend({ prefer: [name] });
  if (!(await setBackend(name))) throw new Error(`backend ${name} did not start`);
  await ready();
  installKernels();
}
