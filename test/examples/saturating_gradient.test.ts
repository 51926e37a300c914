import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { readMnist, SIDE } from '../../examples/mnist/data.js';
import { LATENTS, trainAgainst } from '../../examples/saturating_gradient/experiment.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { useBackend } from '../helpers/backends.js';

describe('the saturating gradient', () => {
  beforeAll(() => useBackend('wasm'));

  it('measures both losses of a probability, and that of a critic, the same in each run', async () => {
    const generator = dcganGenerator({
      imageShape: [SIDE, SIDE, 1],
      latentSize: LATENTS,
      filters: 4,
      form: 'paper',
      seed: 3,
    });
    const setup = {
      train: readMnist('t10k'),
      batch: 4,
      steps: 4,
      every: 2,
      batches: 2,
      seed: 5,
    };
    const before = memory().numTensors;
    let told = 0;
    const trace = await trainAgainst(generator, 'probability', setup, () => void told++);
    expect(told).toBe(5);
    expect(memory().numTensors).toBe(before);
    expect(trace.steps).toEqual([0, 2, 4]);
    expect(Object.keys(trace.norms)).toEqual(['log(1 − D)', '−log D']);
    // a new discriminator says one half of everything: both losses then have the same slope
    const [minimax, nonSaturating] = Object.values(trace.norms) as [number[], number[]];
    expect(minimax[0]! / nonSaturating[0]!).toBeGreaterThan(0.7);
    expect(minimax[0]! / nonSaturating[0]!).toBeLessThan(1.4);
    expect(trace.loss[0]).toBeCloseTo(2 * Math.LN2, 1);
    expect(await trainAgainst(generator, 'probability', setup, () => undefined)).toEqual(trace);

    const critic = await trainAgainst(generator, 'critic', setup, () => undefined);
    expect(Object.keys(critic.norms)).toEqual(['Wasserstein']);
    expect(critic.norms['Wasserstein']!.every((norm) => norm > 0)).toBe(true);
  });
});
