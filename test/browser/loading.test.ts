import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import '@tensorflow/tfjs-backend-cpu';
import {
  backend,
  findBackendFactory,
  registerBackend,
  removeBackend,
  setBackend,
  square,
  tensor,
} from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/backend/load_backend.js';
import { breakNextRead } from '../helpers/invalid_command.js';

// as docs/backends.md tells users of Vite
const modules = {
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
};
const wasmPath = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
};

const expectItComputes = async () =>
  expect(await square(tensor([1, -2, 3])).data()).toEqual(Float32Array.of(1, 4, 9));

describe('loadBackend in Chromium', () => {
  // a backend that holds tensors is kept, and the files before this one share the page
  beforeEach(async () => {
    const cpu = findBackendFactory('cpu');
    removeBackend('cpu');
    registerBackend('cpu', cpu);
    await setBackend('cpu');
  });

  it('accepts a software adapter of WebGPU when asked', async () => {
    const { name, skipped } = await loadBackend({
      prefer: ['webgpu'],
      softwareWebGPU: true,
      modules,
    });
    expect(name).toBe('webgpu');
    expect(skipped.map((other) => other.name)).toEqual(['webgl', 'wasm', 'cpu']);
    await expectItComputes();
  });

  it('makes the read after an invalid command of WebGPU reject, and the next one work', async () => {
    await loadBackend({ prefer: ['webgpu'], softwareWebGPU: true, modules });
    await breakNextRead(backend());
    await expect(square(tensor([2])).data()).rejects.toThrow(
      /^webgpu: a command since the last read was invalid, and its results are lost\.\n.+/,
    );
    await expectItComputes();
  });

  it('takes wasm before what software draws, for WebGL as for WebGPU', async () => {
    const { name, skipped } = await loadBackend({ modules, wasmPath });
    expect({ name, skipped }).toEqual({
      name: 'wasm',
      skipped: [
        { name: 'webgpu', reason: expect.stringMatching(/^only a software adapter \(/) as string },
        {
          name: 'webgl',
          reason: expect.stringMatching(/^only a software renderer \(ANGLE/) as string,
        },
        { name: 'cpu', reason: 'wasm comes first' },
      ],
    });
    await expectItComputes();
  });

  it('starts WebGL in software when asked, and names the renderer', async () => {
    const { name, device } = await loadBackend({ prefer: ['webgl'], softwareWebGL: true, modules });
    expect(name).toBe('webgl');
    expect(device).toMatch(/ANGLE|WebGL/);
    await expectItComputes();
  });

  it('starts wasm from the addresses that Vite gives', async () => {
    const { name, device } = await loadBackend({ prefer: ['wasm'], wasmPath });
    expect(name).toBe('wasm');
    expect(device).toMatch(/^WebAssembly SIMD, \d+ threads?$/);
    await expectItComputes();
  });

  it('skips what does not exist in browsers', async () => {
    await expect(loadBackend({ prefer: ['tensorflow'], modules })).rejects.toThrow(
      '- tensorflow: does not exist on this platform',
    );
  });
});
