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

/** The backends that every contract runs on: those of the vitest project that runs the file. */
export const BACKENDS: readonly BackendName[] = inject('backends');

/** The fastest of them, for what one is enough. */
export const FASTEST: BackendName = BACKENDS.at(-1)!;

/**
 * Whether the backends are GPU ones, which here are software and take milliseconds for an op of any
 * size: do less there, and read back asynchronously.
 */
export const ON_GPU: boolean = BACKENDS.every((name) => name.startsWith('webg'));

/** What the tests set, and what tfjs has. */
const FLAGS: Record<'webgl' | 'webgpu', Record<string, [boolean | number, boolean | number]>> = {
  // by default tfjs computes small tensors on the CPU, which here would be most of them
  webgl: { WEBGL_CPU_FORWARD: [false, true] },
  webgpu: {
    WEBGPU_CPU_FORWARD: [false, true],
    // the tiled matrix product, for small ones too: a software driver runs it 10 to 40 times faster
    // than the shaders that tfjs would choose
    WEBGPU_MATMUL_PROGRAM_TYPE: [3, -1],
    WEBGPU_THRESHOLD_TO_INCREASE_WORKGROUPS_FOR_MATMUL: [0, -1],
  },
};

/**
 * Makes a backend current, with the kernels that gan-kit brings; a GPU backend with flags for tests,
 * or untuned as a program has it.
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
  // its module registers it, and makes it current
  if (name === 'tensorflow') await loadBackend({ prefer: [name] });
  if (!(await setBackend(name))) throw new Error(`backend ${name} did not start`);
  await ready();
  installKernels();
}
