import { add, grad, memory, mul, square, sum, tanh, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { recomputed } from '../../src/gradients/recomputed.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

const fourth = (x: Tensor) => square(square(x));
const again = (x: Tensor) => recomputed(fourth, [x]);

describe.each(BACKENDS)('recomputed on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients();
  });

  it('has the derivatives of the function, up to the fourth', async () => {
    let derivative = again;
    for (const expected of [
      [16, 1],
      [32, -4],
      [48, 12],
      [48, -24],
      [24, 24],
    ]) {
      expect(await derivative(tensor1d([2, -1])).data()).toBeAllclose(expected, { rtol: 1e-6 });
      const before = derivative;
      derivative = (x) => grad((x) => sum(before(x)))(x);
    }
  });

  it('is right where it stands inside itself, and where an input comes twice', async () => {
    const nested = (x: Tensor) =>
      recomputed(
        (x) =>
          mul(
            recomputed((a, b) => mul(a, tanh(b)), [x, x]),
            x,
          ),
        [x],
      );
    const plain = (x: Tensor) => mul(mul(x, tanh(x)), x);
    const x = tensor1d([0.3, -1.2]);
    const second = (f: (x: Tensor) => Tensor) =>
      grad((x) => sum(square(grad((x) => sum(f(x)))(x))))(x);
    expect(await second(nested).data()).toBeAllclose(await second(plain).data(), { rtol: 1e-5 });
  });

  it('runs the first function once and the other one in backward passes', () => {
    const calls: string[] = [];
    const told = (name: string) => (x: Tensor) => {
      calls.push(name);
      return fourth(x);
    };
    const f = (x: Tensor) => sum(recomputed(told('again'), [x], told('first')));
    const x = tensor1d([2]);
    f(x);
    expect(calls).toEqual(['first']);
    grad(f)(x);
    expect(calls).toEqual(['first', 'first', 'again']);
  });

  it('gives no gradient through what it does not depend on', async () => {
    const f = (x: Tensor) => sum(recomputed((a) => square(a), [tensor1d([3]), x]));
    expect(await grad(f)(tensor1d([1, 2])).data()).toEqual(Float32Array.of(0, 0));
    // a function may give back its input
    const same = (x: Tensor) => sum(recomputed((a) => a, [x]));
    expect(await grad(same)(tensor1d([1, 2])).data()).toEqual(Float32Array.of(1, 1));
  });

  it('leaks nothing, also when the function throws', async () => {
    const x = tensor1d([2, -1]);
    await expectNoLeak(() => grad((x) => sum(square(grad((x) => sum(again(x)))(x))))(x).dispose());
    let alive = true;
    const failing = (x: Tensor) =>
      recomputed(
        (x) => {
          const y = add(square(x), 1);
          if (!alive) throw new Error('no more');
          return y;
        },
        [x],
      );
    const step = () =>
      tidy(() =>
        grad((x) => {
          alive = true;
          const y = sum(failing(x));
          alive = false;
          return y;
        })(x),
      );
    expect(step).toThrow('no more');
    const { numTensors } = memory();
    expect(step).toThrow('no more');
    // of the outer tape what it saved: tfjs leaves it
    expect(memory().numTensors - numTensors).toBeLessThan(3);
    expect(await x.data()).toEqual(Float32Array.of(2, -1));
  });
});
