import { memory, square, tensor } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { cycleConsistency } from '../../src/losses/cycle_consistency.js';
import { identity } from '../../src/losses/identity.js';
import { l1 } from '../../src/losses/l1.js';
import { l2 } from '../../src/losses/l2.js';
import type { Reduction } from '../../src/types.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import {
  analyticGradients,
  expectGradients,
  gradientProjection,
  weightedSum,
} from '../helpers/numeric_gradient.js';

type Loss = (target: Tensor, prediction: Tensor, reduction?: Reduction) => Tensor;
const SHAPE = [1, 2, 2, 1];
const TARGET = [1, -2, 0.5, 3];
const PREDICTION = [4, -2.5, 0.5, 1];
const ABSOLUTE = [3, 0.5, 0, 2];
const SQUARED = [9, 0.25, 0, 4];

const LOSSES: readonly { name: string; names: [string, string]; loss: Loss; each: number[] }[] = [
  {
    name: 'l1',
    names: ['target', 'prediction'],
    loss: (target, prediction, r) => l1({ target, prediction }, r ? { reduction: r } : {}),
    each: ABSOLUTE,
  },
  {
    name: 'l2',
    names: ['target', 'prediction'],
    loss: (target, prediction, r) => l2({ target, prediction }, r ? { reduction: r } : {}),
    each: SQUARED,
  },
  {
    name: 'cycleConsistency',
    names: ['real', 'reconstructed'],
    loss: (real, reconstructed, r) =>
      cycleConsistency({ real, reconstructed }, r ? { reduction: r } : {}),
    each: ABSOLUTE,
  },
  {
    name: 'identity',
    names: ['real', 'same'],
    loss: (real, same, r) => identity({ real, same }, r ? { reduction: r } : {}),
    each: ABSOLUTE,
  },
];

describe.each(LOSSES)('$name', ({ name, names, loss, each }) => {
  describe.each(BACKENDS)('on %s', (backend) => {
    beforeAll(() => useBackend(backend));
    const pair = () => [tensor(TARGET, SHAPE), tensor(PREDICTION, SHAPE)] as const;

    it('is the mean, the sum or the single distances', async () => {
      const [target, prediction] = pair();
      const total = each.reduce((a, b) => a + b);
      const values: [Reduction | undefined, number[]][] = [
        [undefined, [total / 4]],
        ['mean', [total / 4]],
        ['sum', [total]],
        ['none', each],
      ];
      for (const [reduction, expected] of values) {
        const result = loss(target, prediction, reduction);
        expect(result.shape).toEqual(reduction === 'none' ? SHAPE : []);
        expect(await result.data()).toBeAllclose(expected);
      }
    });

    it('has no slope where both agree', async () => {
      const [ofTarget, ofPrediction] = await analyticGradients(
        (t, p) => loss(t, p) as Scalar,
        [...pair()],
      );
      expect(ofPrediction![2]).toBeCloseTo(0, 12);
      expect(ofTarget![2]).toBeCloseTo(0, 12);
      expect(Math.min(ofPrediction![0]!, -ofPrediction![1]!, -ofPrediction![3]!)).toBeGreaterThan(
        0,
      );
    });

    it('has the first and second order gradients of finite differences', async () => {
      const inputs = [tensor(TARGET), tensor([4, -2.5, 1.5, 1])];
      const curved = (t: Tensor, p: Tensor) => loss(square(t), square(p), 'none');
      const f = weightedSum((t, p) => curved(t, p));
      for (const g of [f, gradientProjection(f)]) await expectGradients(g, inputs, { rtol: 1e-3 });
    });

    it('leaves its inputs as they were and nothing else behind', async () => {
      const [target, prediction] = pair();
      const before = memory().numTensors;
      for (const reduction of ['mean', 'sum', 'none'] as const)
        loss(target, prediction, reduction).dispose();
      expect(memory().numTensors).toBe(before);
      await expectNoLeak(() =>
        analyticGradients((t, p) => loss(t, p) as Scalar, [target, prediction]),
      );
      expect(await target.data()).toEqual(Float32Array.from(TARGET));
      expect(await prediction.data()).toEqual(Float32Array.from(PREDICTION));
    });

    it('refuses what is not two tensors of one shape', () => {
      const [good] = pair();
      const bad = [
        undefined,
        TARGET,
        tensor(1),
        tensor(TARGET, SHAPE, 'int32'),
        tensor([], [0, 4]),
      ];
      const refused = (parameter: string) =>
        new RegExp(`^${name}: \`${parameter}\` must be a live float32 tensor .*Received: `);
      for (const value of bad as Tensor[]) {
        expect(() => loss(value, good)).toThrow(refused(names[0]));
        expect(() => loss(good, value)).toThrow(refused(names[1]));
      }
      expect(() => loss(good, tensor(TARGET))).toThrow(
        `${name}: \`${names[1]}\` must be of the shape of \`${names[0]}\`, [1,2,2,1]. Received: Tensor (shape [4], dtype float32).`,
      );
      expect(() => loss(good, good, 'average' as Reduction)).toThrow(
        `${name}: \`reduction\` must be one of 'mean', 'sum', 'none'. Received: "average".`,
      );
    });
  });
});

it('reconstruction losses refuse unknown options', () => {
  const x = tensor([1]);
  const wrong = { weight: 10 } as object;
  const format = (name: string) => new RegExp(`^${name}: \`options\` must be .*"weight"`);
  expect(() => l1({ target: x, prediction: x }, wrong)).toThrow(format('l1'));
  expect(() => l2({ target: x, prediction: x }, wrong)).toThrow(format('l2'));
  expect(() => identity({ real: x, same: x }, wrong)).toThrow(format('identity'));
  expect(() => cycleConsistency({ real: x, reconstructed: x }, wrong)).toThrow(
    format('cycleConsistency'),
  );
});

it('the type of a reconstruction loss follows its reduction', () => {
  const x = tensor([1]);
  expectTypeOf(l1({ target: x, prediction: x })).toEqualTypeOf<Scalar>();
  expectTypeOf(l1<'none'>).returns.toEqualTypeOf<Tensor>();
  expectTypeOf(identity<'sum'>).returns.toEqualTypeOf<Scalar>();
});
