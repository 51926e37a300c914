import { memory, tensor1d, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import { stateDict } from '../../src/io/pytorch/state_dict.js';
import { Bias } from '../../src/layers/bias.js';
import { inceptionV3 } from '../../src/models/inception_v3.js';
import type { InceptionV3Options } from '../../src/models/inception_v3.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { KEYS, PARAMETERS } from '../helpers/inception.js';
import { saveAndLoad } from '../helpers/save_and_load.js';

const image = (count = 1) => tensor4d(fill(count * 75 * 75 * 3, 3, 1), [count, 75, 75, 3]);
const sizeOf = (shape: readonly number[]) => shape.reduce((size, axis) => size * axis, 1);

describe('inceptionV3', () => {
  let network: LayersModel;
  beforeAll(async () => {
    await useBackend(FASTEST);
    network = inceptionV3({ inputShape: [75, 75, 3], seed: 4 });
  });
  afterAll(() => network.dispose());

  it('has the layers and parameters of torch-fidelity', async () => {
    const weights = await stateDict({ model: network, architecture: 'inception' });
    const shapes = Object.fromEntries(
      Object.entries(weights).map(([key, { shape }]) => [key, shape]),
    );
    expect(shapes).toEqual(KEYS);
    const trained = Object.keys(shapes).filter((key) => !/running_|num_batches/.test(key));
    expect(trained.reduce((count, key) => count + sizeOf(shapes[key]!), 0)).toBe(PARAMETERS);
    expect(network.trainableWeights).toHaveLength(0);
  });

  it('gives the six features by name, without training mode or drawing', async () => {
    expect(network.outputNames).toEqual([
      ...['64', '192', '768', '2048', 'logits_unbiased', 'logits'],
    ]);
    const first = network.predict(image()) as Tensor[];
    const again = network.predict(image()) as Tensor[];
    for (const [i, output] of first.entries())
      expect(await again[i]!.data()).toEqual(await output.data());
  });

  it('has activations that neither vanish nor explode, and weights of the seed alone', async () => {
    const [a, b] = [4, 5].map((seed) => inceptionV3({ inputShape: [75, 75, 3], seed }));
    const features = async (model: LayersModel) => {
      const outputs = model.predict(image()) as Tensor[];
      return (await outputs[3]!.data()) as Float32Array;
    };
    const own = await features(network);
    expect(await features(a!)).toEqual(own);
    expect(await features(b!)).not.toBeAllclose(own, { rtol: 0.1 });
    expect(Math.max(...own)).toBeGreaterThan(0.05);
    expect(Math.max(...own)).toBeLessThan(20);
    a!.dispose();
    b!.dispose();
  });

  it('frees all that it made', () => {
    const before = memory().numTensors;
    inceptionV3({ inputShape: [75, 75, 3] }).dispose();
    expect(memory().numTensors).toBe(before);
  });

  it.each<[InceptionV3Options, RegExp]>([
    [
      { inputShape: [299, 74, 3] },
      /inceptionV3: `inputShape` must be \[height, width, 3\] from 75 on/,
    ],
    [{ inputShape: [299, 299, 1] as never }, /`inputShape`/],
    [{ inputShape: [299, 299] as never }, /`inputShape`/],
    [{ inputShape: null as never }, /`inputShape`/],
    [{ seed: -1 }, /`seed` must be an integer >= 0/],
    [{ classes: 10 } as never, /Received: "classes"/],
  ])('refuses %o', (args, message) => {
    expect(() => inceptionV3(args)).toThrow(message);
  });
});

it('a saved bias comes back', async () => {
  await useBackend('cpu');
  const model = sequential({ layers: [new Bias({ inputShape: [3] } as never)] });
  model.setWeights([tensor1d([1, 2, -3])]);
  const x = tensor2d([1, 1, 1, 2, 2, 2], [2, 3]);
  const loaded = await saveAndLoad(model);
  expect(await (loaded.predict(x) as Tensor).data()).toEqual(Float32Array.of(2, 3, -2, 3, 4, -1));
});
