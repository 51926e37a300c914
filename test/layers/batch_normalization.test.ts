import { mul, reshape, sum, tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { withFrozenStatistics } from '../../src/layers/modes/frozen_statistics.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { batchNormalize, columnMoments } from '../../src/ops/batch_normalize.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { expectNoLeak } from '../helpers/leaks.js';
import {
  analyticGradients,
  expectGradients,
  gradientProjection,
  weightedSum,
} from '../helpers/numeric_gradient.js';
import { saveAndLoad } from '../helpers/save_and_load.js';

interface Case {
  shape: number[];
  x: number[];
  gamma: number[];
  beta: number[];
  weights: number[];
  output: number[];
  evaluation: number[];
  runningMean: number[];
  runningVariance: number[];
  dx: number[];
  dGamma: number[];
  dBeta: number[];
}

const { epsilon, momentum, cases } = fixture<{
  epsilon: number;
  momentum: number;
  cases: Case[];
}>('batch_norm');

const built = (c: Case) => {
  const layer = batchNormalization({ epsilon, momentum: 1 - momentum });
  layer.build(c.shape);
  const set = (name: string, values: number[]) =>
    tidy(
      () => void layer.weights.find((w) => w.originalName.endsWith(name))!.write(tensor(values)),
    );
  set('gamma', c.gamma);
  set('beta', c.beta);
  return layer;
};

describe.each(BACKENDS)('batchNormalization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(cases.map((c, i) => [i, c] as const))(
    'equals torch.nn.BatchNorm, case %i',
    async (_, c) => {
      const layer = built(c);
      const x = tensor(c.x, c.shape);
      const y = layer.apply(x, { training: true }) as Tensor;
      expect(await y.data()).toBeAllclose(c.output, { rtol: 2e-6 });
      const statistics = layer.nonTrainableWeights.map((w) => w.read());
      expect(await statistics[0]!.data()).toBeAllclose(c.runningMean, { rtol: 2e-6 });
      expect(await statistics[1]!.data()).toBeAllclose(c.runningVariance, { rtol: 2e-6 });
      const still = layer.apply(x) as Tensor;
      expect(await still.data()).toBeAllclose(c.evaluation, { rtol: 2e-6 });

      const channels = c.gamma.length;
      const rows: Tensor2D = reshape(x, [-1, channels]);
      const weights = tensor(c.weights, rows.shape);
      const f = (x: Tensor, gamma: Tensor, beta: Tensor) =>
        tidy(() => {
          const moments = columnMoments(x as Tensor2D);
          const y = batchNormalize(
            x as Tensor2D,
            moments,
            gamma as Tensor1D,
            beta as Tensor1D,
            epsilon,
          );
          return sum<Scalar>(mul(y, weights));
        });
      const [dx, dGamma, dBeta] = await analyticGradients(f, [
        rows,
        tensor(c.gamma),
        tensor(c.beta),
      ]);
      expect(dx!).toBeAllclose(c.dx, { rtol: 1e-5 });
      expect(dGamma!).toBeAllclose(c.dGamma, { rtol: 1e-5 });
      expect(dBeta!).toBeAllclose(c.dBeta, { rtol: 1e-5 });
    },
  );

  it('has right first and second derivatives', async () => {
    const stream = new RandomStream(3);
    const inputs = [
      stream.normal([5, 3], 0.5, 1.5),
      stream.normal([3], 1, 0.3),
      stream.normal([3]),
    ];
    const f = weightedSum((x, gamma, beta) => {
      const y = batchNormalize(
        x as Tensor2D,
        columnMoments(x as Tensor2D),
        gamma as Tensor1D,
        beta as Tensor1D,
        1e-3,
      );
      return mul(y, y); // not linear in y: the second derivative has all its terms
    });
    await expectGradients(f, inputs, { rtol: 2e-3 });
    await expectGradients(gradientProjection(f), inputs, { step: 3e-3, rtol: 5e-3 });
  });

  it('leaves its statistics alone where they are frozen, and at inference', async () => {
    const layer = batchNormalization({ name: 'still' });
    const x = new RandomStream(1).normal([4, 2, 2, 3], 5);
    layer.apply(x);
    withFrozenStatistics(() => layer.apply(x, { training: true }));
    const [mean, variance] = layer.nonTrainableWeights.map((w) => w.read());
    expect(await mean!.data()).toBeAllclose([0, 0, 0], { atol: 0 });
    expect(await variance!.data()).toBeAllclose([1, 1, 1], { rtol: 0 });
    layer.apply(x, { training: true });
    expect((await layer.nonTrainableWeights[0]!.read().data())[0]).not.toBe(0);
  });

  it('does without scale and offset', async () => {
    const layer = batchNormalization({ scale: false, center: false });
    const x = tensor([
      [1, 10],
      [3, 30],
    ]);
    const y = layer.apply(x, { training: true }) as Tensor;
    expect(await y.data()).toBeAllclose([-1, -1, 1, 1], { atol: 1e-5 });
    expect(layer.trainableWeights.length).toBe(0);
  });

  it('leaks nothing and keeps its input', async () => {
    const layer = batchNormalization();
    const x = new RandomStream(1).normal([4, 3]);
    await expectNoLeak(() => (layer.apply(x, { training: true }) as Tensor).dispose());
    expect(x.isDisposed).toBe(false);
  });

  it('survives saving and loading', async () => {
    const layer = batchNormalization({ epsilon: 1e-4, momentum: 0.8, scale: false, name: 'bn' });
    const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [4] }), layer] });
    const x = new RandomStream(1).normal([6, 4], 1, 2);
    model.apply(x, { training: true });
    const copy = await saveAndLoad(model);
    expect(copy.getLayer('bn').getConfig()).toMatchObject({
      epsilon: 1e-4,
      momentum: 0.8,
      scale: false,
      center: true,
    });
    expect(await (copy.predict(x) as Tensor).data()).toEqual(
      await (model.predict(x) as Tensor).data(),
    );
  });
});

describe('batchNormalization refuses', () => {
  beforeAll(() => useBackend('cpu'));

  it.each([
    [{ epsilon: 0 }, /`epsilon` must be a finite number > 0/],
    [{ momentum: 1.1 }, /`momentum` must be a finite number >= 0 and <= 1/],
    [{ scale: 1 }, /`scale` must be true or false/],
    [{ axis: 1 }, /Received: "axis"/],
  ])('%o', (args, message) => {
    expect(() => batchNormalization(args as never)).toThrow(message);
  });

  it('one value per channel in training', () => {
    expect(() => batchNormalization().apply(zeros([1, 3]), { training: true })).toThrow(
      /two or more values per channel/,
    );
  });

  it('a shape without channels', () => {
    expect(() => batchNormalization().build([null, null])).toThrow(/\[batch, …, channels\]/);
  });

  it('statistics frozen across a promise', () => {
    expect(() => withFrozenStatistics(() => Promise.resolve())).toThrow(/a synchronous function/);
  });
});
