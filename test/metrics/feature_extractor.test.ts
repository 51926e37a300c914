import { memory, mul, relu, reshape, sum, tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model as modelOf, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import { featureExtractor } from '../../src/metrics/feature_extractor.js';
import type { GraphModelLike } from '../../src/metrics/feature_extractor.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

const images = (count = 3) => tensor(fill(count * 32, 8, 1), [count, 4, 4, 2]);

function network(): LayersModel {
  const model = sequential({
    layers: [
      layers.conv2d({ name: 'conv', filters: 3, kernelSize: 2, inputShape: [4, 4, 2] }),
      layers.reLU({ name: 'act' }),
      layers.flatten({ name: 'flat' }),
      layers.dense({ name: 'logits', units: 5 }),
    ],
  });
  initializeWeights(model, { stddev: 0.5, seed: 2 });
  return model;
}

/** A graph that doubles, rectifies and sums, as a GraphModel answers. */
function graph(controlFlow: boolean): GraphModelLike & { calls: string[] } {
  const compute = (x: Tensor, name: string): Tensor =>
    tidy(() => {
      const doubled = mul(x, 2);
      if (name === 'doubled') return doubled;
      if (name === 'sums') return sum(relu(doubled), [1, 2, 3]);
      if (name === 'input') return x;
      throw new Error(`The output ${name} is not a node of the graph`);
    });
  const calls: string[] = [];
  return {
    calls,
    execute: (x, name) => {
      calls.push('execute');
      if (controlFlow)
        throw new Error('This execution contains a dynamic op. Please use model.executeAsync()');
      return compute(x, name);
    },
    executeAsync: async (x, name) => {
      calls.push('executeAsync');
      return [compute(x, name)];
    },
  };
}

describe.each(BACKENDS)('featureExtractor on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('gives the mean of feature maps, or all of them', async () => {
    const model = network();
    const whole = tidy(() =>
      ['conv', 'act'].reduce((x, name) => model.getLayer(name).apply(x) as Tensor, images()),
    );
    const places = (await whole.data()) as Float32Array;
    const mean = await featureExtractor(model, { layer: 'act' })(images());
    expect(mean.shape).toEqual([3, 3]);
    const expected = Array.from({ length: 9 }, (_, at) => {
      const [image, channel] = [Math.floor(at / 3), at % 3];
      let total = 0;
      for (let place = 0; place < 9; place++) total += places[image * 27 + place * 3 + channel]!;
      return total / 9;
    });
    expect(await mean.data()).toBeAllclose(expected, { rtol: 1e-5 });
    const flat = await featureExtractor(model, { layer: 'act', maps: 'flat' })(images());
    expect(flat.shape).toEqual([3, 27]);
    expect(await flat.data()).toBeAllclose(places, { rtol: 1e-6 });
  });

  it('gives a row as it is, leaves the model and the images, and keeps nothing', async () => {
    const model = network();
    const x = images();
    const logits = featureExtractor(model, { layer: 'logits' });
    const expected = await (model.predict(x) as Tensor).data();
    expect(await (await logits(x)).data()).toBeAllclose(expected, { rtol: 1e-6 });
    await expectNoLeak(async () => (await logits(x)).dispose());
    expect(x.isDisposed).toBe(false);
    expect((model.predict(x) as Tensor).shape).toEqual([3, 5]);
  });

  it.each([false, true])('reads a graph by a node (control flow: %s)', async (controlFlow) => {
    const model = graph(controlFlow);
    const x = images();
    const doubled = featureExtractor(model, { layer: 'doubled', maps: 'flat' });
    const expected = (await x.data()).map((value) => 2 * value);
    expect(await (await doubled(x)).data()).toBeAllclose(expected, { rtol: 1e-6 });
    await doubled(x);
    expect(model.calls).toEqual(
      controlFlow ? ['execute', 'executeAsync', 'executeAsync'] : ['execute', 'execute'],
    );
    await expectNoLeak(async () => (await doubled(x)).dispose());
  });

  it('a node that is the input itself is not disposed', async () => {
    const x = images();
    const same = await featureExtractor(graph(false), { layer: 'input' })(x);
    expect(same.shape).toEqual([3, 2]);
    expect(x.isDisposed).toBe(false);
  });
});

describe('featureExtractor', () => {
  beforeAll(() => useBackend('cpu'));

  it('computes no layer behind', async () => {
    const broken = layers.reshape({ name: 'broken', targetShape: [5] });
    const image = input({ shape: [4, 4, 2] });
    const act = layers.reLU({ name: 'act' }).apply(image) as SymbolicTensor;
    const model = modelOf({
      inputs: image,
      outputs: [
        act,
        broken.apply(
          layers
            .globalAveragePooling2d({ name: 'pool' })
            .apply(layers.conv2d({ name: 'conv', filters: 5, kernelSize: 1 }).apply(act)),
        ) as SymbolicTensor,
      ],
    });
    broken.call = () => {
      throw new Error('was called');
    };
    expect(() => model.predict(images())).toThrow('was called');
    expect((await featureExtractor(model, { layer: 'pool' })(images())).shape).toEqual([3, 5]);
  });

  it.each<[string, unknown, object, RegExp]>([
    [
      'an unknown layer',
      'network',
      { layer: 'pool' },
      /`layer` must be one of the model's\. Received: "pool"\.\nIt has conv, act, flat, logits\./,
    ],
    ['no layer', 'network', {}, /`layer` must be a string/],
    ['maps', 'network', { layer: 'act', maps: 'max' }, /`maps` must be one of 'mean', 'flat'/],
    ['another option', 'network', { layer: 'act', pool: 'max' }, /Received: "pool"/],
    ['no model', {}, { layer: 'act' }, /`model` must be a LayersModel or a GraphModel/],
    ['nothing', null, { layer: 'act' }, /`model` must be a LayersModel or a GraphModel/],
  ])('refuses %s', (_, model, options, message) => {
    expect(() =>
      featureExtractor((model === 'network' ? network() : model) as never, options as never),
    ).toThrow(message);
  });

  it('refuses features that are no rows, and passes errors of the graph on', async () => {
    const before = memory().numTensors;
    const x = zeros([3, 4, 4, 2]);
    const sums = featureExtractor(graph(false), { layer: 'sums' });
    await expect(sums(x)).rejects.toThrow(/`layer` must be one with a row for each of 3 images/);
    const none = featureExtractor(graph(false), { layer: 'none' });
    await expect(none(x)).rejects.toThrow(/none is not a node/);
    const row = reshape(x, [-1]);
    await expect(none(row)).rejects.toThrow(/`images` must be of rank 2 or more/);
    x.dispose();
    row.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
