import { getBackend, scalar, square, tidy } from '@tensorflow/tfjs-core';
import { afterEach } from 'vitest';

/**
 * An invalid WebGPU command does not throw: its result reads as zeros. On a backend that
 * `loadBackend` accepted the next read-back rejects, so each test ends with one.
 */
afterEach(async () => {
  if (getBackend() !== 'webgpu') return;
  const probe = tidy(() => square(scalar(1))); // an op, or nothing would be asked of the GPU
  try {
    await probe.data();
  } finally {
    probe.dispose();
  }
});
