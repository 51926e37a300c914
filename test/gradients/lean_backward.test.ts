import {
  add,
  customGrad,
  grad,
  memory,
  mul,
  sum,
  tanh,
  tensor1d,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { leanBackward } from '../../src/gradients/lean_backward.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

describe.each(BACKENDS)('leanBackward on %s', (backend) => {
  let x: Variable;
  beforeAll(async () => {
    await useBackend(backend);
  });
  afterEach(() => x.dispose());

  const gradient = (f: () => Tensor): Tensor =>
    tidy(() => variableGrads(f as () => Scalar, [x]).grads[x.name]!);
  /** The bits of the gradient with and without early freeing. */
  const both = async (f: (x: Tensor) => Tensor): Promise<readonly [unknown, unknown]> => {
    const score = () => sum<Scalar>(f(x));
    return [await gradient(leanBackward(score)).data(), await gradient(score).data()];
  };

  it('holds as many tensors at the end of a long pass as of a short one', () => {
    x = variable(tensor1d([0.3, -0.7]));
    /** Returns how many more tensors there are when the gradient of the first of `n` ops is computed. */
    const heldAfter = (n: number, wrap: typeof leanBackward): number => {
      const before = memory().numTensors;
      let held = 0;
      const watched = customGrad((x) => ({
        value: mul(x as Tensor, 1),
        gradFunc: (dy: Tensor) => {
          held = memory().numTensors - before;
          return mul(dy, 1);
        },
      }));
      gradient(
        wrap(() => {
          let y: Tensor = watched(x);
          for (let i = 0; i < n; i++) y = tanh(y);
          return sum(y);
        }),
      ).dispose();
      return held;
    };
    expect(heldAfter(40, leanBackward)).toBe(heldAfter(4, leanBackward));
    expect(heldAfter(40, (f) => f)).toBeGreaterThan(heldAfter(4, (f) => f) + 36);
  });

  it('keeps a gradient that is passed on as it is until its last reader', async () => {
    x = variable(tensor1d([0.3, -0.7]));
    const asIs = customGrad((x) => ({ value: mul(x as Tensor, 1), gradFunc: (dy: Tensor) => dy }));
    const twice = customGrad((a, b) => ({
      value: add(a as Tensor, b as Tensor),
      gradFunc: (dy: Tensor) => {
        const same = mul(dy, 2);
        return [same, same];
      },
    }));
    const once = customGrad((a, b) => ({
      value: add(a as Tensor, b as Tensor),
      gradFunc: (dy: Tensor) => [dy, dy],
    }));
    for (const f of [
      (x: Tensor) => tanh(asIs(asIs(tanh(x)))),
      (x: Tensor) => twice(tanh(x), mul(x, x)),
      (x: Tensor) => once(asIs(tanh(x)), mul(tanh(x), 3)),
    ]) {
      const [lean, plain] = await both(f);
      expect(lean).toEqual(plain);
    }
  });

  it('gives the bits of tfjs through a gradient inside, and frees everything', async () => {
    x = variable(tensor1d([0.3, -0.7]));
    const penalty = (x: Tensor) => mul(tanh(x), grad((z) => sum(mul(tanh(z), z)))(x));
    const [lean, plain] = await both(penalty);
    expect(lean).toEqual(plain);
    await expectNoLeak(() => gradient(leanBackward(() => sum(penalty(x)))).dispose());
  });

  it('leaves the tensors of a gradient around it alone', async () => {
    x = variable(tensor1d([0.3, -0.7]));
    const inner = (wrap: typeof leanBackward) => (z: Tensor) =>
      tidy(() => {
        const w = z as Variable;
        return variableGrads(
          wrap(() => sum<Scalar>(mul(tanh(w), x))),
          [x],
        ).grads[x.name]!;
      });
    const outer = (wrap: typeof leanBackward) =>
      tidy(() => grad((z) => sum(mul(inner(wrap)(z), z)))(tensor1d([0.5, 2])));
    expect(await outer(leanBackward).data()).toEqual(await outer((f) => f).data());
  });
});
