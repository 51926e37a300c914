import { loadBackend } from 'gan-kit';
import type { BackendChoice, BackendInUse } from './backend_choice.js';

/**
 * Starts a backend in a worker.
 *
 * For networks of a few thousand weights a GPU takes longer than wasm, since each step is hundreds of commands; so `best`
 * begins with wasm where a page says so.
 *
 * @param best The order in which `best` tries them; default: gan-kit's own.
 * @param software Whether a GPU backend that is asked for by name may be a software one; default true.
 */
export async function startBackend(
  choice: BackendChoice,
  best?: readonly ('webgpu' | 'webgl' | 'wasm' | 'cpu')[],
  software = true,
): Promise<BackendInUse> {
  const prefer = choice === 'best' ? best : [choice];
  const { name, device } = await loadBackend({
    wasmPath: `${import.meta.env.BASE_URL}wasm/`,
    modules: {
      webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
      webgl: () => import('@tensorflow/tfjs-backend-webgl'),
    },
    // one that is asked for by name may be a slow one
    softwareWebGPU: software && choice === 'webgpu',
    softwareWebGL: software && choice === 'webgl',
    ...(prefer !== undefined && { prefer: [...prefer] }),
  });
  return { name, device, isolated: crossOriginIsolated };
}
