import { memory } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { beganAutoencoder } from '../../src/models/began_autoencoder.js';
import { beganGenerator } from '../../src/models/began_generator.js';
import type { BEGANNetworkOptions } from '../../src/models/began_plan.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { saveAndLoad } from '../helpers/save_and_load.js';

const SMALL = { imageShape: [16, 16, 2], filters: 3, latentSize: 5 } as const;
const NETWORKS = [
  ['beganGenerator', beganGenerator],
  ['beganAutoencoder', beganAutoencoder],
] as const;
const shapes = (model: LayersModel) =>
  Object.fromEntries(model.layers.map(({ name, outputShape }) => [name, outputShape.slice(1)]));

describe.each(BACKENDS)('the networks of BEGAN on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(NETWORKS)('%s with skips survives saving and loading', async (_, make) => {
    const model = make({ ...SMALL, skips: true, seed: 2 });
    const x = new RandomStream(1).uniform(
      [2, ...model.inputs[0]!.shape.slice(1)] as number[],
      -1,
      1,
    );
    const y = model.predict(x);
    expect(y.shape).toEqual([2, 16, 16, 2]);
    const copy = await saveAndLoad(model);
    expect(await (copy.predict(x) as Tensor).data()).toEqual(await y.data());
  });

  it('give all their memory back', () => {
    const { numTensors } = memory();
    for (const [, make] of NETWORKS) make({ ...SMALL, skips: true }).dispose();
    expect(memory().numTensors).toBe(numTensors);
  });
});

describe('the networks of BEGAN', () => {
  beforeAll(() => useBackend('cpu'));

  it('have the maps of the paper', () => {
    const options = { imageShape: [32, 32, 1], filters: 4, latentSize: 6 } as const;
    const encoded = shapes(beganAutoencoder(options));
    expect(encoded['encode1_b']).toEqual([32, 32, 4]);
    expect(encoded['encode2_b']).toEqual([16, 16, 8]);
    expect(encoded['encode3_b']).toEqual([8, 8, 12]);
    expect(encoded['encode3_down']).toBeUndefined();
    expect(encoded['code']).toEqual([6]);
    const { generate2_skip: none, ...plain } = shapes(beganGenerator(options));
    expect(none).toBeUndefined();
    expect(plain['generate0_map']).toEqual([8, 8, 4]);
    expect(plain['generate3_a']).toEqual([32, 32, 4]);
    const skipped = shapes(beganGenerator({ ...options, skips: true }));
    expect(skipped['generate2_skip']).toEqual([16, 16, 8]);
    expect(skipped['generate3_skip']).toEqual([32, 32, 8]);
    expect(skipped['generate1_skip']).toBeUndefined();
  });

  it('are functions of their seed, and the decoders of both differ', async () => {
    const first = async (make: typeof beganGenerator, options: BEGANNetworkOptions, at: string) =>
      namedWeights(make({ ...SMALL, ...options }))
        .find(({ path }) => path === at)!
        .variable.read()
        .data();
    const kernel = (seed: number) => first(beganGenerator, { seed }, 'generate1_a/kernel');
    expect(await kernel(3)).toEqual(await kernel(3));
    expect(await kernel(3)).not.toEqual(await kernel(4));
    const decoded = await first(beganAutoencoder, { seed: 3 }, 'decode1_a/kernel');
    expect(decoded).not.toEqual(await kernel(3));
  });

  it('begin with kernels between ±√(6/(inputs + outputs)), and without biases', async () => {
    const model = beganAutoencoder({ imageShape: [16, 16, 1], filters: 8, latentSize: 7, seed: 1 });
    for (const { path, variable } of namedWeights(model)) {
      const values = await variable.read().data<'float32'>();
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      if (path.endsWith('bias')) expect(largest, path).toBe(0);
      else {
        const pixels = path.startsWith('code') || path.startsWith('decode0') ? 1 : 9;
        const [inputs, outputs] = variable.shape.slice(-2) as [number, number];
        const bound = Math.sqrt(6 / (pixels * (inputs + outputs)));
        expect(largest, path).toBeLessThan(bound);
        expect(largest, path).toBeGreaterThan(0.9 * bound);
        const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
        expect(square, path).toBeAllclose(bound ** 2 / 3, { rtol: 0.2 });
      }
    }
  });

  it('judge each sample by itself', () => {
    expect(samplesAreIndependent(beganAutoencoder(SMALL))).toBe(true);
  });

  it.each<[unknown, RegExp]>([
    [
      { imageShape: [28, 28, 1] },
      /`imageShape` must be \[size, size, channels\] with size a power/,
    ],
    [{ imageShape: [16, 32, 1] }, /size a power of two, 16 or more\. Received: \[16, 32, 1\]/],
    [{ imageShape: [8, 8, 1] }, /16 or more/],
    [{ imageShape: [48, 48, 3] }, /a power of two/],
    [{ imageShape: [16, 16] }, /`imageShape` must be \[height, width, channels\]/],
    [{ filters: 0 }, /`filters` must be an integer >= 1/],
    [{ latentSize: 1.5 }, /`latentSize` must be an integer >= 1/],
    [{ skips: 1 }, /`skips` must be true or false/],
    [{ seed: -1 }, /`seed` must be an integer >= 0/],
    [{ stddev: 0.02 }, /Received: "stddev"/],
  ])('refuse %o', (options, message) => {
    for (const [name, make] of NETWORKS) {
      expect(() => make(options as never)).toThrow(message);
      expect(() => make(options as never)).toThrow(new RegExp(`^${name}: `));
    }
  });
});
