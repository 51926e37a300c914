import {
  add,
  grad,
  grads,
  memory,
  mul,
  square,
  sub,
  sum,
  tanh,
  tensor,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { rmsprop } from '../../src/training/optimizers/rmsprop.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { expectGradients, gradientProjection, weightedSum } from '../helpers/numeric_gradient.js';
import type { AnyOptimizer } from './optimizer_runs.js';
import { valuesOf } from './optimizer_runs.js';

const OPTIMIZERS: [string, () => AnyOptimizer][] = [
  ['adam', () => adam({ learningRate: 0.2, beta1: 0.5, beta2: 0.75, epsilon: 0.3 })],
  ['adam, weight decay', () => adam({ learningRate: 0.2, epsilon: 0.2, weightDecay: 0.1 })],
  ['rmsprop', () => rmsprop({ learningRate: 0.1, decay: 0.75, epsilon: 0.2 })],
  [
    'rmsprop, centered with momentum',
    () => rmsprop({ learningRate: 0.1, decay: 0.75, epsilon: 0.3, centered: true, momentum: 0.5 }),
  ],
  ['sgd', () => sgd({ learningRate: 0.05, weightDecay: 0.1 })],
  ['sgd, nesterov', () => sgd({ learningRate: 0.05, momentum: 0.5, nesterov: true })],
];
const STEPS = [1, 2, 3];
const start = () => tensor([0.8, -0.5, 1.2, -1.1, 0.6, 0.9], [2, 3]);

/** A loss whose slope depends on all of x; the last column has none. */
function lossOf(x: Tensor): Scalar {
  const weights = tensor([0.7, 1.3, 0, 0.4, -0.9, 0], [2, 3]);
  const mixed = tanh(sum(mul(x, weights)));
  return sum<Scalar>(add(mul(square(mul(x, weights)), 0.5), mul(mixed, mixed)));
}

/** x after some steps down its loss, on the tape. */
function ahead(optimizer: AnyOptimizer, x: Tensor, steps = STEPS): Tensor {
  const slope = grad(lossOf);
  let at = { value: x, slots: optimizer.initialSlots(x) };
  for (const step of steps) at = optimizer.rule(step)(at, slope(at.value));
  return at.value;
}

describe.each(BACKENDS)('update rules on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients();
  });

  it.each(OPTIMIZERS)('three steps of %s are those of applyGradients', async (_, make) => {
    const x = variable(start());
    const optimizer = make();
    for (const step of STEPS) {
      const { value, grads } = tidy(() => variableGrads(() => lossOf(x), [x]));
      optimizer.applyGradients(grads);
      [value, ...Object.values(grads)].forEach((one) => one.dispose());
      expect(optimizer.iterations).toBe(step);
    }
    const unrolled = tidy(() => ahead(make(), start()));
    expect(await valuesOf([unrolled])).toBeAllclose(await valuesOf([x]), { atol: 1e-6, rtol: 0 });
    x.dispose();
  });

  it.each(OPTIMIZERS)('gradients pass three steps of %s to second order', async (_, make) => {
    const f = weightedSum((x) => ahead(make(), x));
    await expectGradients(f, [start()], { rtol: 1e-2, atol: 2e-3 });
    await expectGradients(gradientProjection(f), [start()], { rtol: 2e-2, atol: 1e-2 });
  });

  it.each(OPTIMIZERS)('%s: gradients reach slots and gradient', async (_, make) => {
    const optimizer = make();
    const x = start();
    const names = Object.keys(optimizer.initialSlots(x));
    const f = weightedSum((value, gradient, ...slots) => {
      const before = {
        value: value,
        slots: Object.fromEntries(names.map((n, i) => [n, slots[i]!])),
      };
      const after = optimizer.rule(2)(before, gradient);
      return Object.values(after.slots).reduce((a, b) => add(a, b), after.value);
    });
    const slots = names.map((_, i) => add(square(start()), i === 0 ? 0.5 : 0)); // variance over 0
    await expectGradients(f, [x, sub(x, 0.25), ...slots], { rtol: 1e-2, atol: 2e-3 });
  });

  it.each(OPTIMIZERS)('%s goes on from the slots of now', async (_, make) => {
    const x = variable(start());
    const optimizer = make();
    const step = () => optimizer.minimize(() => lossOf(x), false, [x]);
    step();
    step();
    const rule = optimizer.rule(optimizer.iterations + 1);
    const next = rule({ value: x, slots: optimizer.slotsOf(x) }, grad(lossOf)(x));
    step();
    expect(await valuesOf([next.value])).toBeAllclose(await valuesOf([x]), { atol: 1e-6, rtol: 0 });
    const slots = optimizer.slotsOf(x);
    expect(Object.keys(next.slots)).toEqual(Object.keys(slots));
    for (const [name, slot] of Object.entries(slots))
      expect(await valuesOf([next.slots[name]!])).toBeAllclose(await valuesOf([slot]), {
        atol: 1e-6,
      });
  });

  it.each(OPTIMIZERS)('%s is pure and leaves its results alone', async (_, make) => {
    const [optimizer, x, gradient] = [make(), start(), start()];
    const slots = optimizer.initialSlots(x);
    const count = memory().numTensors;
    const after = optimizer.rule(1)({ value: x, slots }, gradient);
    expect(memory().numTensors).toBe(count + 1 + Object.keys(slots).length);
    for (const one of [x, gradient, ...Object.values(slots)]) expect(one.isDisposed).toBe(false);
    for (const one of Object.values(after.slots)) one.dispose();
    expect(optimizer.iterations).toBe(0);
    await expectNoLeak(() => grads((x) => lossOf(ahead(optimizer, x)))([x])[0]!.dispose());
  });
});

describe('a rule', () => {
  beforeAll(() => useBackend('cpu'));
  const x = () => tensor([1, 2]);

  it.each<[string, () => unknown, RegExp]>([
    ['step 0', () => adam().rule(0), /^Optimizer\.rule: `step` must be an integer >= 1/],
    [
      'no slots',
      () => adam().rule(1)({ value: x(), slots: {} as never }, x()),
      /`before\.slots\.m` must be a tensor/,
    ],
    [
      'a gradient of another shape',
      () => sgd({ learningRate: 1 }).rule(1)({ value: x(), slots: {} as never }, tensor([1])),
      /`gradient` must be of shape \[2\]/,
    ],
    ['no value', () => adam().initialSlots(3 as never), /`value` must be a tensor/],
    ['no variable', () => adam().slotsOf(3 as never), /`variable` must be a tensor/],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});
