import { backend, setBackend, square, tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/backend/load_backend.js';
import { breakNextRead } from '../helpers/invalid_command.js';

/** The driver of this machine is software; a GPU would be accepted without being asked. */
const accepted = { prefer: ['webgpu'], softwareWebGPU: true } as const;

describe('loadBackend with Dawn', () => {
  beforeEach(() => setBackend('cpu'));

  it('opens Dawn, starts webgpu and names the adapter', async () => {
    const { name, device, skipped } = await loadBackend(accepted);
    expect(name).toBe('webgpu');
    expect(device).not.toBe('WebGPU');
    expect(device.length).toBeGreaterThan(5);
    expect(skipped.map((other) => other.name)).toEqual([
      'tensorflow-gpu',
      'tensorflow',
      'wasm',
      'cpu',
    ]);
    const x = tensor([1, -2, 3]);
    expect(await square(x).data()).toEqual(Float32Array.of(1, 4, 9));
  });

  it('makes the read after an invalid command reject, and the next one work', async () => {
    await loadBackend(accepted);
    await breakNextRead(backend());
    const x = square(tensor([2]));
    await expect(x.data()).rejects.toThrow(
      /^webgpu: a command since the last read was invalid, and its results are lost\.\n.+/,
    );
    expect(await square(tensor([3])).data()).toEqual(Float32Array.of(9));
  });
});
