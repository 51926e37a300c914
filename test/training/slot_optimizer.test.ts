import {
  memory,
  mean,
  mul,
  ones,
  randomNormal,
  scalar,
  square,
  sub,
  sum,
  tensor,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { adam } from '../../src/training/optimizers/adam.js';
import { rmsprop } from '../../src/training/optimizers/rmsprop.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import type { SavedState } from '../../src/types.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import {
  STEPS,
  TORCH,
  gradientsAt,
  make,
  makeVariables,
  train,
  trajectoryOf,
  valuesOf,
} from './optimizer_runs.js';

const HALF = ON_GPU ? 4 : 50;
const CASES = Object.entries(TORCH.cases);
const column = (rows: number[][], i: number) => rows.map((row) => row[i]!);
/** As a checkpoint stores it: names and numbers, no references. */
const reread = ({ values, arrays }: SavedState): SavedState => ({
  values: JSON.parse(JSON.stringify(values)) as SavedState['values'],
  arrays: structuredClone(arrays),
});

describe.each(BACKENDS)('optimizers on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(CASES)(`equal torch.optim over ${STEPS.at(-1)} steps: %s`, async (_, one) => {
    const ours = await trajectoryOf(one);
    const theirs = one.trajectory.slice(0, STEPS.length);
    // element by element, because the gradients differ by factors up to 2^27
    for (const i of one.start.keys())
      expect(column(ours, i)).toBeAllclose(column(theirs, i), { rtol: 2e-6 });
  });

  it.each(CASES)('go on from a state to the last bit: %s', async (_, one) => {
    const whole = makeVariables(one.start);
    train(make(one), whole, [1, 2 * HALF]);

    const variables = makeVariables(one.start);
    const first = make(one);
    train(first, variables, [1, HALF]);
    const state = reread(await first.state());
    first.dispose();
    const second = make(one);
    await second.restore(state);
    train(second, variables, [HALF + 1, 2 * HALF]);
    expect(second.iterations).toBe(2 * HALF);
    expect(await valuesOf(variables)).toEqual(await valuesOf(whole));

    // and back again, in an optimizer that is in use
    await second.restore(state);
    const again = makeVariables(one.start);
    train(make(one), again, [1, HALF]);
    variables.forEach((target, i) => target.assign(again[i]!));
    train(second, variables, [HALF + 1, 2 * HALF]);
    expect(await valuesOf(variables)).toEqual(await valuesOf(whole));
  });

  it.each(CASES)('do not depend on the order of later gradients: %s', async (_, one) => {
    const [straight, turned] = [makeVariables(one.start), makeVariables(one.start)];
    train(make(one), straight, [1, 10]);
    train(make(one), turned, [1, 10], (gradients, step) =>
      step % 2 === 1 ? gradients : Object.fromEntries(Object.entries(gradients).reverse()),
    );
    expect(await valuesOf(turned)).toEqual(await valuesOf(straight));
  });

  it.each(CASES)('keep no tensors but their slots: %s', async (_, one) => {
    const variables = makeVariables(one.start);
    const before = memory().numTensors;
    const optimizer = make(one);
    await expectNoLeak(() => train(optimizer, variables, [1, 1]));
    await expectNoLeak(() => optimizer.state());
    const state = await optimizer.state();
    await expectNoLeak(() => optimizer.restore(state));
    optimizer.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it.each([
    ['adam', () => adam({ learningRate: 0.1 })],
    ['rmsprop', () => rmsprop({ learningRate: 0.01, momentum: 0.8 })],
    ['sgd', () => sgd({ learningRate: 0.1, momentum: 0.5, nesterov: true })],
  ])('%s minimizes, alone and in compile and fit', async (_, factory) => {
    const x = variable(tensor([3, -2]));
    const other = variable(scalar(5));
    const loss = () => sum<Scalar>(square(sub(x, tensor([1, 2]))));
    const alone = factory();
    for (let i = 0; i < 100; i++) alone.minimize(loss, false, [x]);
    expect(await valuesOf([x])).toBeAllclose([1, 2], { atol: 0.05 });
    expect(await valuesOf([other])).toEqual([5]);

    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
    const inputs = randomNormal([32, 2], 0, 1, 'float32', 3);
    const targets = sum(mul(inputs, tensor([2, -1])), 1, true);
    model.compile({ optimizer: factory(), loss: 'meanSquaredError' });
    const { history } = await model.fit(inputs, targets, { epochs: 40, batchSize: 16, verbose: 0 });
    const losses = history['loss'] as number[];
    expect(losses[losses.length - 1]).toBeLessThan(losses[0]! / 10);
    [x, other, inputs, targets].forEach((one) => one.dispose());
  });
});

describe('the list of variables', () => {
  beforeAll(() => useBackend('cpu'));
  const start = TORCH.cases['sgd, plain']!.start;

  it('refuses another list and leaves variables and step as they were', async () => {
    const optimizer = adam();
    const variables = makeVariables(start);
    const [a, b] = variables as [(typeof variables)[0], (typeof variables)[0]];
    const stranger = variable(ones([4]));
    train(optimizer, variables, [1, 2]);
    const before = await valuesOf(variables);
    const gradients = gradientsAt(3, variables);
    const [ga, gb] = [gradients[a.name]!, gradients[b.name]!];
    for (const list of [
      { [a.name]: ga },
      { [a.name]: ga, [b.name]: gb, [stranger.name]: gb },
      { [a.name]: ga, [stranger.name]: gb },
      {},
    ])
      expect(() => optimizer.applyGradients(list)).toThrow(
        /^Optimizer\.applyGradients: `gradients` must be the gradients of the variables of the first step/,
      );
    expect(() =>
      optimizer.applyGradients([
        { name: a.name, tensor: ga },
        { name: a.name, tensor: ga },
      ]),
    ).toThrow(/each once/);
    expect(await valuesOf(variables)).toEqual(before);
    expect(optimizer.iterations).toBe(2);
  });

  it('refuses unknown names, other shapes and dtypes', () => {
    const variables = makeVariables(start);
    const name = variables[1]!.name;
    const wrong: [Record<string, Tensor>, RegExp][] = [
      [
        { 'no-such-variable': ones([4]) },
        /names of living variables. Received: "no-such-variable"/,
      ],
      [{ [name]: ones([5]) }, /must be of shape \[4\]. Received: Tensor \(shape \[5\]/],
      [{ [name]: ones([2, 2]) }, /of shape \[4\]/],
      [{ [name]: ones([4], 'int32') }, /of dtype float32/],
      [{ [name]: 3 as unknown as Tensor }, /a tensor/],
    ];
    for (const [gradients, message] of wrong)
      expect(() => adam().applyGradients(gradients)).toThrow(message);
  });

  it('leaves a listed variable without a gradient where it is, and its slots', async () => {
    const optimizer = sgd({ learningRate: 1, momentum: 0.5 });
    const [a, b] = makeVariables(start) as [ReturnType<typeof variable>, Tensor];
    const step = (withB: boolean) =>
      optimizer.applyGradients([
        { name: a.name, tensor: ones([2, 3]) },
        { name: (b as typeof a).name, tensor: withB ? ones([4]) : undefined },
      ]);
    [true, false, true].forEach(step);
    expect(await valuesOf([a])).toEqual(Array(6).fill(-(1 + 1.5 + 1.75)));
    expect(await valuesOf([b])).toEqual(Array(4).fill(-(1 + 1.5)));
  });

  it('takes what variableGrads and minimize give, in either form', async () => {
    const x = variable(tensor([1, 2]));
    const optimizer = sgd({ learningRate: 0.5 });
    const { value, grads } = variableGrads(() => mean<Scalar>(square(x)), [x]);
    optimizer.applyGradients(grads);
    expect(await valuesOf([x])).toBeAllclose([0.5, 1]);
    optimizer.applyGradients([{ name: x.name, tensor: grads[x.name]! }]);
    expect(await valuesOf([x])).toBeAllclose([0, 0], { atol: 1e-7 });
    expect(await valuesOf([value])).toEqual([2.5]);
  });

  it('reads the learning rate anew at each step, and refuses one that is none', async () => {
    const x = variable(tensor([0]));
    const optimizer = sgd({ learningRate: 1 });
    const step = () => optimizer.applyGradients({ [x.name]: tensor([1]) });
    step();
    optimizer.learningRate = 0.25;
    step();
    optimizer.learningRate = 0;
    step();
    expect(await valuesOf([x])).toEqual([-1.25]);
    optimizer.learningRate = NaN;
    expect(step).toThrow(/`learningRate` must be a finite number >= 0. Received: NaN/);
  });
});

describe('the state', () => {
  beforeAll(() => useBackend('cpu'));
  const start = TORCH.cases['adam, weight decay']!.start;

  it('is keyed by position and holds torch-like values', async () => {
    const variables = makeVariables(start);
    const optimizer = adam({ beta1: 0.5, beta2: 0.75 });
    train(optimizer, variables, [1, 1]);
    optimizer.learningRate = 1e-5;
    const { values, arrays } = await optimizer.state();
    expect(values).toEqual({
      optimizer: 'GanKitAdam',
      learningRate: 1e-5,
      beta1: 0.5,
      beta2: 0.75,
      epsilon: 1e-8,
      weightDecay: 0,
      step: 1,
      variables: 2,
    });
    expect(Object.keys(arrays)).toEqual(['0/m', '0/v', '1/m', '1/v']);
    const g = gradientsAt(1, variables)[variables[1]!.name]!;
    expect(arrays['1/m']).toEqual({ shape: [4], data: Float32Array.from(await valuesOf([g])) });
    expect(arrays['1/v']!.data).toBeAllclose(await valuesOf([square(g)]));
  });

  it('is a copy, even while training goes on', async () => {
    const variables = makeVariables(start);
    const optimizer = adam();
    train(optimizer, variables, [1, 5]);
    const expected = await optimizer.state();
    const reading = optimizer.state();
    train(optimizer, variables, [6, 7]);
    expect(await reading).toEqual(expected);
    expected.arrays['0/m']!.data.fill(9);
    expect((await optimizer.state()).arrays['0/m']!.data).not.toContain(9);
  });

  it('takes over the learning rate and goes back to the very beginning', async () => {
    const variables = makeVariables(start);
    const optimizer = adam({ learningRate: 0.1 });
    const fresh = await optimizer.state();
    train(optimizer, variables, [1, 3]);
    optimizer.learningRate = 0.05;
    await optimizer.restore(fresh);
    expect(await optimizer.state()).toEqual(fresh);
    expect(optimizer.learningRate).toBe(0.1);
    const others = makeVariables(start);
    train(optimizer, others, [1, 3]);
    const expected = makeVariables(start);
    train(adam({ learningRate: 0.1 }), expected, [1, 3]);
    expect(await valuesOf(others)).toEqual(await valuesOf(expected));
  });

  it('refuses what does not fit and changes nothing', async () => {
    const variables = makeVariables(start);
    const optimizer = adam({ beta2: 0.9 });
    train(optimizer, variables, [1, 3]);
    const state = await optimizer.state();
    const without = (key: string): SavedState => {
      const arrays = { ...state.arrays };
      delete arrays[key];
      return { values: state.values, arrays };
    };
    const wrong: [SavedState, RegExp][] = [
      [await rmsprop().state(), /`state.values\['optimizer'\]` must be GanKitAdam/],
      [await adam({ beta2: 0.99 }).state(), /`state.values\['beta2'\]` must be 0.9, as here/],
      [without('1/v'), /`state.arrays\['1\/v'\]` must be present/],
      [
        { ...state, values: { ...state.values, step: 'three' } },
        /an integer >= 0. Received: "three"/,
      ],
      [{ ...state, values: { ...state.values, variables: 1 } }, /must be 2. Received: 1/],
      [
        { ...state, arrays: { ...state.arrays, '1/v': { shape: [3], data: new Float32Array(3) } } },
        /of shape \[4\]/,
      ],
    ];
    for (const [other, message] of wrong)
      await expect(optimizer.restore(other)).rejects.toThrow(message);
    expect(await optimizer.state()).toEqual(state);
  });

  it('refuses variables of other shapes at the first step after a restore', async () => {
    const variables = makeVariables(start);
    const optimizer = adam();
    train(optimizer, variables, [1, 3]);
    const resumed = adam();
    await resumed.restore(await optimizer.state());
    const [g0, g1] = Object.entries(gradientsAt(4, variables)) as [
      [string, Tensor],
      [string, Tensor],
    ];
    expect(() => resumed.applyGradients(Object.fromEntries([g0]))).toThrow(
      /those of the 2 variables of the restored state, in its order/,
    );
    expect(() =>
      resumed.applyGradients([g1, g0].map(([name, tensor]) => ({ name, tensor }))),
    ).toThrow(/those of the 2 variables of the restored state, in its order/);
    expect(resumed.iterations).toBe(3);
    resumed.applyGradients([g0, g1].map(([name, tensor]) => ({ name, tensor })));
    expect(resumed.iterations).toBe(4);

    const plain = sgd({ learningRate: 1 });
    await plain.restore({
      ...(await plain.state()),
      values: { ...(await plain.state()).values, variables: 3 },
    });
    expect(() => train(plain, variables, [1, 1])).toThrow(/the 3 variables of the restored state/);
  });
});
