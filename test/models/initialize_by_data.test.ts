import { memory, moments, tensor2d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model as modelOf, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { gaussianNoise } from '../../src/layers/gaussian_noise.js';
import { minibatchDiscrimination } from '../../src/layers/minibatch_discrimination.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { weightNormalization } from '../../src/layers/reparametrization/weight_normalization.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { initializeByData } from '../../src/models/initialize_by_data.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { saveAndLoad } from '../helpers/save_and_load.js';

const dense = (units: number, name: string, lengths: 'trained' | 'fixed' = 'fixed') =>
  weightNormalization({ layer: layers.dense({ units, name }), lengths });

/** Mean and variance of each output of a layer's call, by hand of the model. */
async function momentsOf(model: LayersModel, layer: string, x: Tensor) {
  const until = modelOf({
    inputs: model.inputs,
    outputs: model.getLayer(layer).output,
  });
  const y = until.predict(x) as Tensor;
  const { mean, variance } = moments(y, [...y.shape.keys()].slice(0, -1));
  return { mean: await mean.data(), variance: await variance.data() };
}

describe.each(BACKENDS)('data-dependent initialization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('gives each output before the activation mean 0 and variance 1, from the first layer to the last', async () => {
    const convolution = layers.conv2d({
      ...{ filters: 3, kernelSize: 3, activation: 'relu', name: 'conv', inputShape: [5, 4, 2] },
      biasInitializer: 'ones',
    });
    const model = sequential({
      layers: [
        weightNormalization({ layer: convolution, lengths: 'fixed' }),
        layers.flatten({ name: 'flat' }),
        dense(4, 'hidden'),
        layers.activation({ activation: 'tanh', name: 'act' }),
        dense(3, 'out', 'trained'),
      ],
    });
    initializeWeights(model, { stddev: 0.3, seed: 1 });
    const x = new RandomStream(2).normal([20, 5, 4, 2], 1, 2);
    await initializeByData(model, x);
    const { numTensors } = memory();
    await initializeByData(model, x); // is already so
    expect(memory().numTensors).toBe(numTensors);
    for (const layer of ['hidden', 'out']) {
      const { mean, variance } = await momentsOf(model, layer, x);
      for (const value of mean) expect(Math.abs(value)).toBeLessThan(1e-5);
      for (const value of variance) expect(Math.abs(value - 1)).toBeLessThan(1e-4);
    }
    // the activation is the layer's own, and runs afterwards
    const relu = await momentsOf(model, 'conv', x);
    for (const value of relu.mean) expect(Math.abs(value - 0.4)).toBeLessThan(0.1);
    expect(x.isDisposed).toBe(false);
  });

  it('trains no fixed lengths, and saves what they are', async () => {
    const model = sequential({
      layers: [
        weightNormalization({
          layer: layers.dense({ units: 2, inputShape: [3], name: 'a' }),
          lengths: 'fixed',
        }),
        dense(2, 'b', 'trained'),
      ],
    });
    expect(model.trainableWeights).toHaveLength(5);
    expect(namedWeights(model).map(({ path }) => path)).toContain('a/kernel_g');
    await initializeByData(model, new RandomStream(2).normal([20, 3]));
    const z = new RandomStream(3).normal([2, 3]);
    const copy = await saveAndLoad(model);
    expect(copy.layers[0]!.getConfig()).toMatchObject({ lengths: 'fixed' });
    expect(copy.trainableWeights).toHaveLength(5);
    expect(await (copy.predict(z) as Tensor).data()).toEqual(
      await (model.predict(z) as Tensor).data(),
    );
  });

  it('runs noise as in training, leaves statistics and draws, and fits minibatch discrimination', async () => {
    const x = input({ shape: [3] });
    const noise = gaussianNoise({ stddev: 0.5, seed: 4, name: 'noise' });
    const hidden = dense(4, 'hidden');
    const crowd = minibatchDiscrimination({ kernels: 2, dimensions: 2, name: 'crowd' });
    const outputs = [
      noise,
      batchNormalization({ name: 'norm' }),
      hidden,
      crowd,
      dense(2, 'out'),
    ].reduce((y, layer) => layer.apply(y) as SymbolicTensor, x);
    const model = modelOf({ inputs: x, outputs });
    const batch = new RandomStream(5).normal([16, 3]);
    const read = async (path: string) => {
      const found = namedWeights(model).find((one) => one.path === path)!;
      return [...(await found.variable.read().data())];
    };
    const statistics = await read('norm/moving_mean');
    const bias = await read('crowd/bias');
    await initializeByData(model, batch);
    expect(await read('norm/moving_mean')).toEqual(statistics);
    expect(await read('crowd/bias')).not.toEqual(bias);
    expect(noise.position).toBe(0);
  });
});

describe('data-dependent initialization', () => {
  beforeAll(() => useBackend('cpu'));

  it('refuses what it cannot fit', async () => {
    const plain = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
    const x = new RandomStream(2).normal([4, 3]);
    await expect(initializeByData(plain, x)).rejects.toThrow('a model with a layer that has a fit');
    await expect(initializeByData(undefined as never, x)).rejects.toThrow('a LayersModel');
    const layer = weightNormalization({ layer: layers.dense({ units: 2 }) });
    await expect(layer.fit(x)).rejects.toThrow('a layer that is built');
    const model = sequential({ layers: [layers.inputLayer({ inputShape: [3] }), layer] });
    const { numTensors } = memory();
    const same = tensor2d([1, 2, 3, 1, 2, 3], [2, 3]);
    await expect(initializeByData(model, same)).rejects.toThrow('each output differs');
    await expect(layer.fit(tensor2d([[1, 2]]))).rejects.toThrow('of shape [?,3]');
    await expect(initializeByData(model, tensor2d([[1, 2]]))).rejects.toThrow('`x`');
    expect(memory().numTensors).toBe(numTensors + 3);
    const table = weightNormalization({ layer: layers.embedding({ inputDim: 2, outputDim: 2 }) });
    table.build([null, 1]);
    await expect(table.fit(x)).rejects.toThrow('a dense layer or a convolution');
  });
});
