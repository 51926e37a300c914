import { grads, memory, mul, square, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { kernelNormalization } from '../../src/gradients/kernel_normalization.js';
import { RandomStream } from '../../src/internal/random.js';
import { movedStatistics } from '../../src/kernels/normalization.js';
import { groupNormalize } from '../../src/ops/group_normalize.js';
import { useBackend } from '../helpers/backends.js';
import type { BackendName } from '../helpers/backends.js';
import { kernelsOf } from '../training/optimizer_runs.js';

interface Case {
  readonly shape: [samples: number, places: number, channels: number];
  readonly groups: number;
}
const CASES: Case[] = [
  { shape: [1, 5, 1], groups: 1 },
  { shape: [1, 98, 8], groups: 8 },
  { shape: [1, 300, 70], groups: 70 },
  { shape: [3, 25, 5], groups: 5 },
  { shape: [2, 36, 1], groups: 1 },
  { shape: [3, 17, 12], groups: 4 },
  { shape: [2, 9, 6], groups: 1 },
  { shape: [1, 40_000, 3], groups: 3 },
  { shape: [2, 20_000, 4], groups: 2 },
];
const EPSILON = 1e-5;

function drawn(name: string, shape: number[], mean = 0): Tensor {
  const size = shape.reduce((product, axis) => product * axis, 1);
  const values = new RandomStream(9).fork(`${name} ${shape.join()}`).normalValues(size);
  return tensor(
    values.map((value) => value + mean),
    shape,
  );
}

type Normalize = (x: Tensor3D, gamma: Tensor1D, beta: Tensor1D) => Tensor;
const inOps =
  ({ groups }: Case): Normalize =>
  (x, gamma, beta) =>
    groupNormalize(x, groups, gamma, beta, EPSILON);
const byKernels =
  ({ groups }: Case): Normalize =>
  (x, gamma, beta) =>
    kernelNormalization({ x, groups, affine: { gamma, beta }, epsilon: EPSILON })!.y;

const operandsOf = ({ shape }: Case) => [
  drawn('x', shape, 3),
  drawn('gamma', [shape[2]], 1),
  drawn('beta', [shape[2]]),
];

/** The result, its gradients, and those of the square of the gradient in x. */
function everythingOf(normalize: Normalize, one: Case): Tensor[] {
  return tidy(() => {
    const operands = operandsOf(one) as [Tensor3D, Tensor1D, Tensor1D];
    const slope = drawn('slope', one.shape);
    const loss = (x: Tensor, gamma: Tensor, beta: Tensor) =>
      sum(mul(normalize(x as Tensor3D, gamma as Tensor1D, beta as Tensor1D), slope));
    const penalty = (x: Tensor, gamma: Tensor, beta: Tensor) =>
      sum(square(grads(loss)([x, gamma, beta])[0]!));
    const second = grads((x: Tensor, gamma: Tensor) => penalty(x, gamma, operands[2]));
    return [
      normalize(...operands),
      ...grads(loss)([...operands]),
      ...second([operands[0], operands[1]]),
    ];
  });
}

const valuesOf = (tensors: Tensor[]) =>
  Promise.all(
    tensors.map(async (one) => {
      const values = await one.data();
      one.dispose();
      return values;
    }),
  );

/** Tests a backend's kernels of normalizations. */
export function describeNormalization(backend: BackendName): void {
  describe(`normalization on ${backend}`, () => {
    beforeAll(() => enableSecondOrderGradients());

    it.each(CASES)('equals the ops on cpu to second order: %j', async (one) => {
      await useBackend('cpu');
      const expected = await valuesOf(everythingOf(inOps(one), one));
      await useBackend(backend);
      const before = memory().numTensors;
      const actual = await valuesOf(everythingOf(byKernels(one), one));
      expect(memory().numTensors).toBe(before);
      actual.forEach((values, i) => {
        const scale = [...expected[i]!].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(values).toBeAllclose(expected[i]!, { rtol: 1e-4, atol: 2e-5 * scale });
      });
    });

    it('takes two kernels forward and one backward', async () => {
      await useBackend(backend);
      const one: Case = { shape: [1, 98, 8], groups: 8 };
      const counts = kernelsOf(() => {
        const operands = operandsOf(one) as [Tensor3D, Tensor1D, Tensor1D];
        grads((x: Tensor, gamma: Tensor, beta: Tensor) =>
          byKernels(one)(x as Tensor3D, gamma as Tensor1D, beta as Tensor1D),
        )([...operands]);
      });
      expect(counts).toMatchObject({
        GanKitMoments: 1,
        GanKitNormalize: 1,
        GanKitNormalizeGrad: 1,
      });
      expect(counts['Sum']).toBeUndefined();
    });

    it('has no scale and offset where there are none', async () => {
      for (const one of [
        { shape: [3, 25, 6], groups: 6 },
        { shape: [3, 25, 6], groups: 2 },
      ] satisfies Case[]) {
        const run = (normalize: (x: Tensor3D) => Tensor) =>
          valuesOf(
            tidy(() => {
              const slope = drawn('slope', one.shape);
              const x = drawn('x', one.shape) as Tensor3D;
              return grads((x: Tensor) => mul(normalize(x as Tensor3D), slope))([x]);
            }),
          );
        const [gamma, beta] = [1, 0];
        await useBackend('cpu');
        const fill = (value: number): Tensor1D => tensor(Array<number>(6).fill(value));
        const expected = await run((x) =>
          groupNormalize(x, one.groups, fill(gamma), fill(beta), EPSILON),
        );
        await useBackend(backend);
        const actual = await run(
          (x) => kernelNormalization({ x, groups: one.groups, epsilon: EPSILON })!.y,
        );
        expect(actual[0]).toBeAllclose(expected[0]!, { rtol: 1e-4, atol: 1e-5 });
      }
    });

    it('keeps the digits of values far from 0', async () => {
      await useBackend(backend);
      const x = drawn('x', [1, 2 ** 18, 2], 1000) as Tensor3D;
      const values = await x.data();
      const ofChannel = (c: number) => [...values].filter((_, i) => i % 2 === c);
      const average = (terms: number[]) => terms.reduce((a, b) => a + b, 0) / terms.length;
      const mean = [0, 1].map((c) => average(ofChannel(c)));
      const variance = [0, 1].map((c) =>
        average(ofChannel(c).map((value) => (value - mean[c]!) ** 2)),
      );
      const moments = kernelNormalization({ x, groups: 2, epsilon: EPSILON })!;
      expect(await moments.mean.data()).toBeAllclose(mean, { rtol: 2e-7 });
      expect(await moments.variance.data()).toBeAllclose(variance, { rtol: 1e-5 });
    });

    it('keeps NaN within its group', async () => {
      await useBackend(backend);
      const x: Tensor3D = tensor([1, 2, NaN, 3, 4, 5, 6, 7], [2, 2, 2]);
      const y = kernelNormalization({ x, groups: 2, epsilon: EPSILON })!.y;
      expect([...(await y.data())].map(Number.isNaN)).toEqual([
        ...[true, false, true, false],
        ...[false, false, false, false],
      ]);
    });

    it('moves running statistics', async () => {
      await useBackend(backend);
      const pair = (a: number[], b: number[]) => ({ mean: tensor(a), variance: tensor(b) });
      const moved = movedStatistics(pair([1, 2], [3, 4]), pair([10, 20], [30, 40]), {
        kept: 0.5,
        ofMean: 0.5,
        ofVariance: 0.25,
      })!;
      expect([...(await moved.mean.data())]).toEqual([5.5, 11]);
      expect([...(await moved.variance.data())]).toEqual([9, 12]);
    });
  });
}
