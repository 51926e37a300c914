import { sub, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { gaussianNoise } from '../../src/layers/gaussian_noise.js';
import { withFrozenMasks } from '../../src/layers/modes/frozen_masks.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { expectGradients, weightedSum } from '../helpers/numeric_gradient.js';
import { saveAndLoad } from '../helpers/save_and_load.js';

describe.each(BACKENDS)('gaussianNoise on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const train = (layer: ReturnType<typeof gaussianNoise>, x: Tensor) =>
    layer.apply(x, { training: true }) as Tensor;

  it('adds N(0, σ²) in training, the next draw of its stream, and nothing else', async () => {
    const x = new RandomStream(1).normal([50, 80]);
    const layer = gaussianNoise({ stddev: 0.3, seed: 2 });
    const stream = new RandomStream(2);
    for (let call = 0; call < 2; call++) {
      const noise = await sub(train(layer, x), x).data();
      expect(noise).toBeAllclose([...(await stream.normal([50, 80], 0, 0.3).data())], {
        rtol: 0,
        atol: 1e-6,
      });
      const square = [...noise].reduce((sum, n) => sum + n * n, 0) / noise.length;
      expect(Math.abs(Math.sqrt(square) - 0.3)).toBeLessThan(0.02);
    }
    expect(layer.position).toBe(2);
    for (const still of [layer.apply(x) as Tensor, train(gaussianNoise({ stddev: 0 }), x)])
      expect(await still.data()).toEqual(await x.data());
    expect(layer.position).toBe(2);
  });

  it('repeats its next draw while masks are frozen, and goes on from a saved state', async () => {
    const x = zeros([6]);
    const layer = gaussianNoise({ stddev: 1, seed: 3 });
    train(layer, x);
    const frozen = withFrozenMasks(() => [train(layer, x), train(layer, x)]);
    const state = await layer.state();
    const next = await train(layer, x).data();
    for (const one of frozen) expect(await one.data()).toEqual(next);
    const other = gaussianNoise({ stddev: 1, seed: 3 });
    await other.restore(state);
    expect(await train(other, x).data()).toEqual(next);
    expect(await train(other, x).data()).not.toEqual(next);
  });

  it('passes the gradient, leaks nothing, and survives saving', async () => {
    const x = new RandomStream(1).normal([5]);
    const f = weightedSum((x) => train(gaussianNoise({ stddev: 0.4, seed: 5 }), x));
    await expectGradients(f, [x], { rtol: 1e-3 });
    const layer = gaussianNoise({ stddev: 0.4 });
    await expectNoLeak(() => train(layer, x).dispose(), 20);
    const model = sequential({
      layers: [gaussianNoise({ stddev: 0.4, seed: 6, name: 'noise', inputShape: [5] })],
    });
    const copy = await saveAndLoad(model);
    expect(copy.getLayer('noise').getConfig()).toMatchObject({ stddev: 0.4, seed: 6 });
    expect(samplesAreIndependent(copy)).toBe(true);
  });
});

describe('gaussianNoise refuses', () => {
  it.each([
    [{}, /gaussianNoise: `stddev` must be a finite number >= 0/],
    [{ stddev: -1 }, /`stddev` must be a finite number >= 0/],
    [{ stddev: 1, seed: -1 }, /`seed` must be an integer >= 0/],
    [{ stddev: 1, rate: 1 }, /Received: "rate"/],
  ])('%o', (args, message) => {
    expect(() => gaussianNoise(args as never)).toThrow(message);
  });
});
