import { matMul, memory, mul, ones, square, sum, tanh, tensor, zeros } from '@tensorflow/tfjs-core';
import { reshape, tensor2d, variable, variableGrads } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { inputGradient } from '../../src/gradients/input_gradient.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

describe.each(BACKENDS)('inputGradient on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('is the gradient of the sum of all outputs, or of the mean of each sample', async () => {
    const x = tensor([1, -2, 3, 0.5], [2, 2]);
    const slopes = tensor([1, 10, 100], [1, 1, 3]);
    const patches = (x: Tensor) => mul(reshape(square(x), [2, 2, 1]), slopes); // [2, 2, 3]
    const total = await inputGradient(patches, x).data();
    expect(total).toBeAllclose([222, -444, 666, 111]);
    const average = await inputGradient(patches, x, { outputs: 'mean' }).data();
    expect(average).toBeAllclose([37, -74, 111, 18.5]);
  });

  it('can be differentiated in the weights', async () => {
    // D = tanh(x w): g = w (1 − tanh²), and d(Σ g)/dw = Σ (1 − t²)(1 − 2 t x w)
    const w = variable(tensor2d([[0.7]]));
    const x = [0.3, -1.2];
    const { grads } = variableGrads(() =>
      sum<Scalar>(inputGradient((x) => tanh(matMul(x, w)), tensor(x, [2, 1]))),
    );
    const expected = x
      .map((x) => (1 - Math.tanh(0.7 * x) ** 2) * (1 - 2 * Math.tanh(0.7 * x) * 0.7 * x))
      .reduce((a, b) => a + b);
    expect(await grads[w.name]!.data()).toBeAllclose([expected], { rtol: 1e-5 });
  });

  it('leaves one tensor, and the input alive', async () => {
    const x = ones([3, 2]);
    const before = memory().numTensors;
    const gradient = inputGradient(square, x);
    expect(memory().numTensors).toBe(before + 1);
    gradient.dispose();
    await expectNoLeak(() => inputGradient(square, x).dispose(), 50);
    expect(x.isDisposed).toBe(false);
  });
});

describe('inputGradient refuses', () => {
  beforeAll(() => useBackend('cpu'));

  it.each<[string, (x: Tensor) => unknown, () => unknown, object, RegExp]>([
    ['no tensor', square, () => [1], {}, /^inputGradient: `x` must be a tensor\. Received: \[1\]/],
    ['a scalar', square, () => tensor(1), {}, /`x` must be of rank 1 or more/],
    ['integers', square, () => zeros([2], 'int32'), {}, /`x` must be of dtype float32/],
    ['an option', square, () => zeros([2]), { output: 'sum' }, /Received: "output"/],
    ['a word', square, () => zeros([2]), { outputs: 'max' }, /one of 'sum', 'mean'/],
    ['one logit for all', (x) => sum(x), () => zeros([2]), {}, /Keep the batch axis/],
    ['a promise', async (x) => x, () => zeros([2]), {}, /float32 logits \[2, …\]\. Received: Prom/],
    ['a critic that looks away', () => zeros([2]), () => zeros([2]), {}, /depends on x\. Received/],
  ])('%s', (_, critic, x, options, message) => {
    expect(() => inputGradient(critic as never, x() as never, options)).toThrow(message);
  });

  it('no critic', () => {
    expect(() => inputGradient(undefined as never, zeros([2]))).toThrow(
      /inputGradient: `critic` must be a function\. Received: undefined/,
    );
  });
});
