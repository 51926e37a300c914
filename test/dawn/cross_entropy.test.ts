import { grad, memory, square, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { crossEntropy } from '../../src/losses/cross_entropy.js';
import { useBackend } from '../helpers/backends.js';
import { kernelsOf } from '../training/optimizer_runs.js';

const LOGITS = [-40, -12, -3, -0.5, 0, 0.25, 2, 9, 50];
const LABELS = [0, 1, 0.9, 0.25];

async function valueOf(run: () => Tensor): Promise<Float32Array> {
  const y = tidy(run);
  const values = await y.data<'float32'>();
  y.dispose();
  return values;
}

describe('the cross-entropy on webgpu', () => {
  beforeAll(async () => {
    await useBackend('webgpu');
    enableSecondOrderGradients();
  });

  it.each(LABELS)('with label %d equals that of ops on cpu to second order', async (label) => {
    const f = (x: Tensor) => crossEntropy(x, label);
    const penalty = (x: Tensor) => sum(square(grad(f)(x)));
    const runs = [f, grad(f), (x: Tensor) => grad(f)(x, tensor(3)), penalty, grad(penalty)];
    const all = () => Promise.all(runs.map((run) => valueOf(() => run(tensor(LOGITS, [9, 1])))));
    await useBackend('cpu');
    const expected = await all();
    await useBackend('webgpu');
    const before = memory().numTensors;
    const actual = await all();
    expect(memory().numTensors).toBe(before);
    actual.forEach((values, i) =>
      expect(values).toBeAllclose(expected[i]!, { rtol: 1e-5, atol: 1e-9 }),
    );
  });

  it('takes three kernels with its gradient', () => {
    const counts = kernelsOf(() =>
      tidy(() => void grad((x: Tensor) => crossEntropy(x, 1))(tensor(LOGITS))),
    );
    expect(counts).toMatchObject({ GanKitCrossEntropy: 1, Mean: 1, GanKitCrossEntropyGrad: 1 });
    expect(counts['Softplus']).toBeUndefined();
  });

  it('keeps NaN', async () => {
    const x = tensor([1, NaN, 2]);
    const f = (x: Tensor) => crossEntropy(x, 1);
    expect((await valueOf(() => f(x)))[0]).toBeNaN();
    expect([...(await valueOf(() => grad(f)(x)))].map(Number.isNaN)).toEqual([false, true, false]);
    x.dispose();
  });
});
