import {
  dispose,
  grads,
  ones,
  sum,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { input, model } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { withFrozenStatistics } from '../../src/layers/modes/frozen_statistics.js';
import { withoutEffects } from '../../src/layers/modes/without_effects.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { conditionalBatchNormalization } from '../../src/layers/normalization/conditional_batch_normalization.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { describeLayer } from './layer_contract.js';

interface Values {
  readonly shape: number[];
  readonly value: number[];
}
interface Case {
  readonly layer: string;
  readonly options: Parameters<typeof conditionalBatchNormalization>[0];
  readonly shape: number[];
  readonly x: number[];
  readonly labels: Values;
  readonly weights: Values[];
  readonly evaluation: number[];
  readonly runningMean: number[];
  readonly runningVariance: number[];
}

const cases = fixture<{ cases: Case[] }>('label_layers').cases.filter(
  ({ layer }) => layer === 'conditionalBatchNormalization',
);
const of = ({ value, shape }: Values) => tensor(value, shape);

describeLayer({
  name: 'conditionalBatchNormalization',
  make: (options) => conditionalBatchNormalization(options as never),
  options: { classes: 3, epsilon: 1e-3, momentum: 0.8 },
  shape: [5, 1, 2, 3],
  labels: [2, 0, 2, 1, 0],
});

describe.each(BACKENDS)('conditionalBatchNormalization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(cases.map((c, i) => [i, c] as const))(
    'has the running statistics of PyTorch, and computes by them at inference, case %i',
    async (_, c) => {
      const layer = conditionalBatchNormalization(c.options);
      const inputs = [tensor(c.x, c.shape), of(c.labels)];
      layer.build(inputs.map(({ shape }) => shape));
      c.weights.forEach((weight, i) => tidy(() => void layer.weights[i]!.write(of(weight))));
      dispose(layer.apply(inputs, { training: true }) as Tensor);
      const [mean, variance] = layer.nonTrainableWeights.map((weight) => weight.read());
      expect(await mean!.data()).toBeAllclose(c.runningMean, { rtol: 2e-6 });
      expect(await variance!.data()).toBeAllclose(c.runningVariance, { rtol: 2e-6 });
      const still = layer.apply(inputs) as Tensor;
      expect(await still.data()).toBeAllclose(c.evaluation, { rtol: 2e-6 });
    },
  );

  it('takes numbers of any dtype, and one-hot rows, and gives 0 for no class', async () => {
    const layer = conditionalBatchNormalization({ classes: 3 });
    const x = tensor2d([[1], [2], [6]]);
    layer.build([x.shape, [3]]);
    layer.weights[0]!.write(tensor2d([[1], [10], [100]]));
    layer.weights[1]!.write(tensor2d([[1], [2], [3]]));
    const values = async (labels: Tensor) => [
      ...(await (layer.apply([x, labels]) as Tensor).data()),
    ];
    const expected = await values(tensor1d([0, 2, 1], 'float32'));
    expect(expected).toBeAllclose([2, 203, 62], { rtol: 1e-5 });
    for (const labels of [
      tensor1d([0, 2, 1], 'int32'),
      tensor2d([[0], [2], [1]], [3, 1], 'int32'),
      tensor2d([[0], [2], [1]]),
      tensor2d([
        [1, 0, 0],
        [0, 0, 1],
        [0, 1, 0],
      ]),
    ])
      expect(await values(labels)).toEqual(expected);
    expect(await values(tensor1d([-1, 3, 0]))).toBeAllclose([0, 0, 7], { rtol: 1e-5 });
  });

  it('is batch normalization at first, for every class', async () => {
    const x = new RandomStream(1).normal([4, 2, 2, 3], 5);
    const labels = tensor1d([0, 1, 1, 0]);
    const ours = conditionalBatchNormalization({ classes: 2 });
    const plain = batchNormalization();
    for (const training of [true, false])
      expect(await (ours.apply([x, labels], { training }) as Tensor).data()).toEqual(
        await (plain.apply(x, { training }) as Tensor).data(),
      );
  });

  it('leaves its statistics alone where they are frozen', async () => {
    const layer = conditionalBatchNormalization({ classes: 2 });
    const inputs = [new RandomStream(1).normal([4, 3], 5), tensor1d([0, 1, 1, 0])];
    layer.apply(inputs);
    const train = () => layer.apply(inputs, { training: true });
    withFrozenStatistics(train);
    withoutEffects([layer], train);
    const [mean] = layer.nonTrainableWeights.map((weight) => weight.read());
    expect(await mean!.data()).toEqual(new Float32Array(3));
    train();
    expect((await layer.nonTrainableWeights[0]!.read().data())[0]).not.toBe(0);
  });

  it('passes a gradient to labels that are weights', async () => {
    const layer = conditionalBatchNormalization({ classes: 2 });
    const x = tensor2d([[0], [2]]);
    layer.build([x.shape, [2, 2]]);
    layer.weights[1]!.write(tensor2d([[3], [5]]));
    const [gradient] = grads((labels) =>
      sum<Scalar>(layer.apply([x, labels], { training: true }) as Tensor),
    )([ones([2, 2])]);
    expect(await gradient!.data()).toBeAllclose([2, 4, 4, 6], { rtol: 1e-5 });
  });
});

describe('conditionalBatchNormalization', () => {
  beforeAll(() => useBackend('cpu'));

  it('has tables before statistics, and couples the samples', () => {
    const inputs = [input({ shape: [4] }), input({ shape: [1] })];
    const layer = conditionalBatchNormalization({ classes: 3, name: 'norm' });
    const network = model({ inputs, outputs: layer.apply(inputs) as SymbolicTensor });
    expect(namedWeights(network).map(({ path, variable }) => [path, ...variable.shape])).toEqual([
      ['norm/gamma', 3, 4],
      ['norm/beta', 3, 4],
      ['norm/moving_mean', 4],
      ['norm/moving_variance', 4],
    ]);
    expect(network.trainableWeights.length).toBe(2);
    expect(samplesAreIndependent(network)).toBe(false);
  });

  it.each([
    [null, /: `options` must be an object with the keys .*\. Received: null/],
    [{}, /`classes` must be an integer >= 1/],
    [{ classes: 0 }, /`classes` must be an integer >= 1/],
    [{ classes: 2, epsilon: 0 }, /`epsilon` must be a finite number > 0/],
    [{ classes: 2, momentum: 2 }, /`momentum` must be a finite number >= 0 and <= 1/],
    [{ classes: 2, scale: false }, /Received: "scale"/],
  ])('refuses %o', (options, message) => {
    expect(() => conditionalBatchNormalization(options as never)).toThrow(message);
  });

  it.each([
    ['no labels', () => zeros([2, 3]), /`inputShape` must be two shapes, of \[x, labels\]/],
    ['three inputs', () => [zeros([2, 3]), zeros([2]), zeros([2])], /two shapes/],
    ['labels of two columns', () => [zeros([2, 3]), zeros([2, 2])], /\[batch, 1\] with numbers/],
    ['labels of images', () => [zeros([2, 3]), zeros([2, 1, 1])], /\[batch, 1\] with numbers/],
    ['too few labels', () => [zeros([2, 3]), zeros([1])], /one for each of the 2 samples/],
    ['x without channels', () => [zeros([2]), zeros([2])], /\[batch, …, channels\]/],
  ])('refuses %s', (_, inputs, message) => {
    expect(() => conditionalBatchNormalization({ classes: 4 }).apply(inputs())).toThrow(message);
  });

  it('refuses one value per channel in training', () => {
    const layer = conditionalBatchNormalization({ classes: 4 });
    expect(() => layer.apply([zeros([1, 3]), zeros([1])], { training: true })).toThrow(
      /^conditionalBatchNormalization: `x` must be of two or more values per channel/,
    );
  });
});
