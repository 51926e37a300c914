import { memory, slice, tensor1d, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { minibatchDiscrimination } from '../../src/layers/minibatch_discrimination.js';
import type { MinibatchDiscriminationOptions } from '../../src/layers/minibatch_discrimination.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { describeLayer } from './layer_contract.js';

describeLayer({
  name: 'minibatchDiscrimination',
  make: (options) => minibatchDiscrimination(options),
  options: { kernels: 2, dimensions: 3, weightNorm: true, useBias: true },
  shape: [4, 3],
  repaired: true,
});

const THETA = () =>
  tensor3d([
    [
      [0.1, -0.2],
      [0.3, 0.4],
    ],
    [
      [0.5, 0.2],
      [-0.1, 0.3],
    ],
  ]);

/** A layer of two kernels in two dimensions, built for two features. */
function built(options: MinibatchDiscriminationOptions = {}) {
  const layer = minibatchDiscrimination({ kernels: 2, dimensions: 2, ...options });
  layer.build([null, 2]);
  const rest = layer.getWeights().slice(1);
  layer.setWeights([THETA(), ...rest]);
  return layer;
}

describe.each(BACKENDS)('minibatchDiscrimination on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const added = (layer: layers.Layer, x: Tensor) =>
    slice(layer.apply(x) as Tensor, [0, x.shape[1]!]).data();

  it('has the values of the authors’ code by float64', async () => {
    const x = tensor2d([
      [1, 2],
      [3, 0],
      [0, 1],
    ]);
    expect(await added(built(), x)).toBeAllclose(
      [-0.67939474, -0.81558004, -0.94776144, -0.93959649, -0.65177586, -0.86198961],
      { rtol: 1e-6 },
    );
    expect(await slice(built().apply(x) as Tensor, 0, [3, 2]).data()).toEqual(await x.data());
  });

  it('counts the copies of a sample: n of them give n − 1, one gives the bias', async () => {
    const same = tensor2d([1, 2, 1, 2, 1, 2], [3, 2]);
    expect(await added(built({ useBias: false }), same)).toEqual(new Float32Array(6).fill(2));
    expect(await added(built(), tensor2d([[1, 2]]))).toEqual(new Float32Array(2).fill(-1));
  });

  it.each([true, false])(
    'is fitted to a batch: nearest samples at distance 2, features of mean 0 (weightNorm %s)',
    async (weightNorm) => {
      const layer = built({ weightNorm });
      const x = new RandomStream(3).normal([16, 2]);
      const { numTensors } = memory();
      await layer.fit(x);
      expect(memory().numTensors).toBe(numTensors);
      const f = await added(layer, x);
      for (const kernel of [0, 1]) {
        const values = f.filter((_, i) => i % 2 === kernel);
        expect(Math.abs([...values].reduce((a, b) => a + b, 0))).toBeLessThan(1e-5);
      }
      // by hand: the kernel's own distances
      const weights = layer.getWeights();
      const T = await weights[0]!.data();
      const s = weightNorm ? await weights[1]!.data() : undefined;
      const data = await x.data();
      for (const b of [0, 1]) {
        const columns = [0, 1].map((c) => {
          const theta = [0, 1].map((a) => T[a * 4 + b * 2 + c]!);
          const length = s === undefined ? 1 : Math.exp(s[b * 2 + c]!) / Math.hypot(...theta);
          return theta.map((value) => value * length);
        });
        const M = Array.from({ length: 16 }, (_, i) =>
          columns.map(([u, v]) => data[2 * i]! * u! + data[2 * i + 1]! * v!),
        );
        const nearest = M.map((here, i) =>
          Math.min(
            ...M.filter((_, j) => j !== i).map((there) =>
              there.reduce((sum, value, c) => sum + Math.abs(value - here[c]!), 0),
            ),
          ),
        );
        expect(nearest.reduce((a, c) => a + c, 0) / 16).toBeCloseTo(2, 4);
      }
    },
  );
});

describe('minibatchDiscrimination', () => {
  beforeAll(() => useBackend('cpu'));

  it('couples the samples, so that passes are not joined', () => {
    const critic = sequential({
      layers: [minibatchDiscrimination({ inputShape: [3] }), layers.dense({ units: 1 })],
    });
    expect(samplesAreIndependent(critic)).toBe(false);
    expect(critic.outputs[0]!.shape).toEqual([null, 1]);
    expect(critic.layers[0]!.countParams()).toBe(3 * 500 + 500 + 100);
  });

  it('refuses what it cannot take or be fitted to', async () => {
    const layer = minibatchDiscrimination({ kernels: 2, dimensions: 2 });
    const x = tensor2d([1, 2, 1, 2], [2, 2]);
    await expect(layer.fit(x)).rejects.toThrow('a built layer');
    expect(() => layer.build([null, 2, 2])).toThrow('[batch, features]');
    await expect(built().fit(tensor1d([1, 2]))).rejects.toThrow('[batch, 2]');
    await expect(built().fit(tensor2d([[1, 2]]))).rejects.toThrow('2 samples or more');
    const same = built();
    const { numTensors } = memory();
    await expect(same.fit(x)).rejects.toThrow('samples that differ');
    expect(memory().numTensors).toBe(numTensors);
  });
});
