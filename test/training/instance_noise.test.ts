import { fill } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { addInstanceNoise } from '../../src/training/step/instance_noise.js';
import { useBackend } from '../helpers/backends.js';

describe('addInstanceNoise', () => {
  beforeAll(() => useBackend('cpu'));

  /** Mean and standard deviation of what 3 becomes. */
  async function spread(noise: { stddev: number; decay?: number }, step: number) {
    const x = fill([5000], 3);
    const noisy = addInstanceNoise(x, noise, () => step, new RandomStream(1));
    const values = Array.from(await noisy.data());
    const mean = values.reduce((a, b) => a + b) / 5000;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / 5000;
    return [mean, Math.sqrt(variance)];
  }

  it('has mean 0 and stddev · decayᵗ', async () => {
    expect(await spread({ stddev: 0.5 }, 100)).toBeAllclose([3, 0.5], { rtol: 0, atol: 0.02 });
    expect(await spread({ stddev: 0.5, decay: 0.9 }, 10)).toBeAllclose([3, 0.5 * 0.9 ** 10], {
      rtol: 0,
      atol: 0.008,
    });
  });

  it('is x itself, and draws nothing, where the noise is 0', () => {
    const x = fill([3], 1);
    const stream = new RandomStream(1);
    expect(addInstanceNoise(x, { stddev: 0 }, () => 0, stream)).toBe(x);
    expect(addInstanceNoise(x, { stddev: 1, decay: 0 }, () => 1, stream)).toBe(x);
    expect(stream.position).toBe(0);
    addInstanceNoise(x, { stddev: 1, decay: 0 }, () => 0, stream);
    expect(stream.position).toBe(1);
  });
});
