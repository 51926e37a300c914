import {
  add,
  backend,
  conv2d,
  conv2dTranspose,
  gather,
  mean,
  memory,
  square,
  tensor,
  tensor1d,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { expectGradients, weightedSum } from '../helpers/numeric_gradient.js';

beforeAll(() => useBackend('wasm'));

const stream = new RandomStream(3);
const heapBytes = () =>
  (backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;

describe('first-order gradients on wasm', () => {
  const expectRight = (f: (...inputs: Tensor[]) => Tensor, inputs: Tensor[]) =>
    expectGradients(weightedSum(f), inputs, { rtol: 3e-3 });

  it.each([
    [1, 'same'],
    [2, 'same'],
    [3, 'valid'],
  ] as const)('conv2d, stride %d, %s', async (strides, pad) => {
    await expectRight(
      (x, w) => conv2d(x as Tensor4D, w as Tensor4D, strides, pad),
      [stream.normal([2, 7, 6, 3]), stream.normal([3, 4, 3, 5])],
    );
  });

  it.each([
    [1, [2, 4, 3, 2]],
    [2, [2, 8, 6, 2]],
    [2, [2, 8, 6, 6]],
  ] as const)('conv2dTranspose, stride %d, to [%s]', async (strides, outShape) => {
    const filter = stream.normal([5, 4, outShape[3], 3]);
    const shape: [number, number, number, number] = [...outShape];
    await expectRight(
      (x, w) => conv2dTranspose(x as Tensor4D, w as Tensor4D, shape, strides, 'same'),
      [stream.normal([2, 4, 3, 3]), filter],
    );
  });

  it('gather', async () => {
    const indices = tensor1d([2, 0, 2, 1], 'int32');
    await expectRight((x) => square(gather(x, indices)), [stream.normal([3, 4])]);
  });
});

describe('layers that spectral normalization wraps train on wasm', () => {
  const networks = {
    dense: () => layers.dense({ inputShape: [6], units: 5 }),
    conv1d: () => layers.conv1d({ inputShape: [8, 3], filters: 4, kernelSize: 3, strides: 2 }),
    conv2d: () => layers.conv2d({ inputShape: [8, 7, 3], filters: 4, kernelSize: 3 }),
    conv3d: () => layers.conv3d({ inputShape: [4, 5, 4, 2], filters: 3, kernelSize: 2 }),
    conv2dTranspose: () =>
      layers.conv2dTranspose({ inputShape: [4, 4, 3], filters: 2, kernelSize: 4, strides: 2 }),
    depthwiseConv2d: () =>
      layers.depthwiseConv2d({ inputShape: [6, 6, 3], kernelSize: 3, depthMultiplier: 2 }),
    separableConv2d: () =>
      layers.separableConv2d({ inputShape: [6, 6, 3], filters: 4, kernelSize: 3 }),
    embedding: () => layers.embedding({ inputShape: [4], inputDim: 7, outputDim: 3 }),
  };

  it.each(Object.keys(networks) as (keyof typeof networks)[])('%s', async (name) => {
    const model = sequential({ layers: [networks[name]()] });
    const inputShape = model.inputs[0]!.shape.slice(1) as number[];
    const x =
      name === 'embedding'
        ? tensor(stream.integerValues(20, 7), [5, ...inputShape], 'int32')
        : stream.normal([5, ...inputShape]);
    const optimizer = train.adam(0.05, 0.9, 0.999, 1e-8);
    const variables = model.trainableWeights.map((weight) => weight.read());
    const loss = () => mean<Scalar>(square(add(model.apply(x, { training: true }) as Tensor, 1)));
    const value = async () => {
      const scalar = tidy(loss);
      const [number] = await scalar.data();
      scalar.dispose();
      return number!;
    };
    const before = await value();
    for (let i = 0; i < 20; i++) optimizer.minimize(loss, false, variables as never);
    expect(await value()).toBeLessThan(0.8 * before);
    const heap = heapBytes();
    await expectNoLeak(() => optimizer.minimize(loss, false, variables as never), 30);
    expect(heapBytes()).toBe(heap);
  });
});

describe('memory', () => {
  it('tensors and heap stay flat over 200 training steps', () => {
    const generator = sequential({
      layers: [
        layers.dense({ inputShape: [8], units: 48 }),
        layers.batchNormalization(),
        layers.reshape({ targetShape: [4, 4, 3] }),
        layers.conv2dTranspose({ filters: 6, kernelSize: 4, strides: 2, padding: 'same' }),
        layers.leakyReLU({ alpha: 0.2 }),
        layers.conv2dTranspose({ filters: 1, kernelSize: 5, strides: 2, padding: 'same' }),
        layers.conv2d({ filters: 33, kernelSize: 4, strides: 2, padding: 'same' }),
        layers.leakyReLU({ alpha: 0.2 }),
      ],
    });
    const optimizer = train.adam(1e-3, 0.5, 0.999, 1e-8);
    const step = () =>
      optimizer.minimize(() => {
        const y = generator.apply(stream.normal([9, 8]), { training: true }) as Tensor;
        return mean<Scalar>(square(y));
      });
    for (let i = 0; i < 5; i++) step();
    const { numTensors, numBytes } = memory();
    const heap = heapBytes();
    for (let i = 0; i < 200; i++) step();
    expect(memory()).toMatchObject({ numTensors, numBytes });
    expect(heapBytes()).toBe(heap);
  });
});
