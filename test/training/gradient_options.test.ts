import { memory, tensor, variable } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adam } from '../../src/training/optimizers/adam.js';
import { rmsprop } from '../../src/training/optimizers/rmsprop.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
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

const CASES = Object.entries(TORCH.gradientCases);
const column = (rows: number[][], i: number) => rows.map((row) => row[i]!);
const start = TORCH.cases['sgd, plain']!.start;

describe.each(BACKENDS)('gradients averaged and clipped on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(CASES)(`move as in torch over ${STEPS.at(-1)} calls: %s`, async (_, one) => {
    const ours = await trajectoryOf(one);
    const theirs = one.trajectory.slice(0, STEPS.length);
    for (const i of one.start.keys())
      expect(column(ours, i)).toBeAllclose(column(theirs, i), { rtol: 5e-6 });
  });

  it.each(CASES)('go on from a state between two steps to the last bit: %s', async (_, one) => {
    const whole = makeVariables(one.start);
    train(make(one), whole, [1, 10]);
    const variables = makeVariables(one.start);
    const first = make(one);
    train(first, variables, [1, 5]);
    const state = await first.state();
    first.dispose();
    const second = make(one);
    await second.restore(state);
    train(second, variables, [6, 10]);
    expect(await valuesOf(variables)).toEqual(await valuesOf(whole));
  });

  it.each(CASES)('roll back between two steps: %s', async (_, one) => {
    const variables = makeVariables(one.start);
    const optimizer = make(one);
    train(optimizer, variables, [1, 5]);
    const values = variables.map((variable) => variable.clone());
    const [state, tensors] = [await optimizer.state(), memory().numTensors];
    const savepoint = optimizer.savepoint();
    train(optimizer, variables, [6, 8]);
    savepoint.rollback();
    variables.forEach((variable, i) => variable.assign(values[i]!));
    expect(await optimizer.state()).toEqual(state);
    train(optimizer, variables, [6, 10]);
    const whole = makeVariables(one.start);
    train(make(one), whole, [1, 10]);
    expect(await valuesOf(variables)).toEqual(await valuesOf(whole));
    expect(memory().numTensors - tensors).toBeLessThan(20); // the variables above, and a few sums
  });

  it.each(CASES)('hold no tensors after a step but their slots: %s', async (_, one) => {
    const variables = makeVariables(one.start);
    const before = memory().numTensors;
    const optimizer = make(one);
    await expectNoLeak(() => train(optimizer, variables, [1, one.options.accumulate ?? 1]));
    train(optimizer, variables, [1, 1]);
    await expectNoLeak(() => optimizer.savepoint().release());
    optimizer.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('change nothing where they are off, or a norm is within the limit', async () => {
    const plain = makeVariables(start);
    train(adam(), plain, [1, 3]);
    const off = makeVariables(start);
    train(adam({ accumulate: 1, clipNorm: 1e6 }), off, [1, 3]);
    expect(await valuesOf(off)).toEqual(await valuesOf(plain));
  });

  it('take gradients that are freed after the call, and leave those that are not', async () => {
    const x = variable(tensor([0, 0]));
    const optimizer = sgd({ learningRate: 1, accumulate: 2, clipNorm: 5 });
    const call = (values: number[]) => {
      const gradient = tensor(values);
      optimizer.applyGradients({ [x.name]: gradient });
      expect(gradient.isDisposed).toBe(false);
      gradient.dispose();
    };
    call([2, 4]);
    expect(await valuesOf([x])).toEqual([0, 0]);
    expect(optimizer.iterations).toBe(0);
    call([10, 12]); // the average, [6, 8], is twice as long as the limit
    expect(await valuesOf([x])).toBeAllclose([-3, -4]);
    expect(optimizer.iterations).toBe(1);
  });

  it('count a variable without a gradient as 0 in some calls, and leave it alone in all', async () => {
    const [a, b] = [variable(tensor([0])), variable(tensor([0]))];
    const optimizer = sgd({ learningRate: 1, momentum: 0.5, accumulate: 2 });
    const call = (ofA: number, ofB?: number) =>
      optimizer.applyGradients([
        { name: a.name, tensor: tensor([ofA]) },
        { name: b.name, tensor: ofB === undefined ? undefined : tensor([ofB]) },
      ]);
    call(2, 8);
    call(2);
    expect(await valuesOf([a, b])).toEqual([-2, -4]);
    call(2);
    call(2);
    expect(await valuesOf([a, b])).toEqual([-5, -4]); // without its momentum
  });
});

describe('the options', () => {
  beforeAll(() => useBackend('cpu'));

  it('are in the configuration where they are given', () => {
    const options = { accumulate: 4, clipNorm: 0.5 };
    for (const optimizer of [
      adam(options),
      rmsprop(options),
      sgd({ learningRate: 1, ...options }),
    ]) {
      expect(optimizer.getConfig()).toMatchObject(options);
      expect(optimizer).toMatchObject(options);
    }
  });

  it.each([
    [{ accumulate: 0 }, /^adam: `accumulate` must be an integer >= 1\. Received: 0/],
    [{ accumulate: 1.5 }, /`accumulate` must be an integer/],
    [{ clipNorm: 0 }, /`clipNorm` must be a finite number > 0/],
    [{ clipNorm: Infinity }, /`clipNorm` must be/],
  ])('%o is refused', (options, message) => {
    expect(() => adam(options)).toThrow(message);
  });

  it('of a state must be those here', async () => {
    const moved = (optimizer: ReturnType<typeof adam>, variables: Variable[]) => {
      train(optimizer, variables, [1, 1]);
      return optimizer.state();
    };
    const state = await moved(adam({ accumulate: 3 }), makeVariables(start));
    expect(state.values['accumulated']).toBe(1);
    await expect(adam().restore(state)).rejects.toThrow(/'accumulate'\].* undefined, as here/);
    await expect(adam({ accumulate: 2 }).restore(state)).rejects.toThrow(
      /2, as here\. Received: 3/,
    );
    const late = { ...state, values: { ...state.values, accumulated: 3 } };
    await expect(adam({ accumulate: 3 }).restore(late)).rejects.toThrow(
      /less than 3\. Received: 3/,
    );
    const clipped = await adam({ clipNorm: 1 }).state();
    await expect(adam().restore(clipped)).rejects.toThrow(/'clipNorm'\].* undefined, as here/);
  });

  it('leave nothing of a first call that fails', () => {
    class Broken extends Error {}
    const optimizer = adam({ accumulate: 2 });
    const variables = makeVariables(start);
    const gradients: NamedTensorMap = gradientsAt(1, variables);
    optimizer.applyGradients(gradients);
    Object.assign(optimizer, {
      fusedRule: () => {
        throw new Broken();
      },
    });
    const before = memory().numTensors;
    expect(() => optimizer.applyGradients(gradients)).toThrow(Broken);
    expect(memory().numTensors).toBe(before);
    expect(optimizer.iterations).toBe(0);
  });
});
