import { dispose, memory, tensor, tidy, variable } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { useBackend } from '../helpers/backends.js';
import { kernelsOf } from '../training/optimizer_runs.js';

const SHAPES = [[], [1], [7], [65, 3], [2, 3, 4, 5], [70_001]];

const drawn = (name: string, shape: number[]): Tensor => {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tensor(new RandomStream(7).fork(name).normalValues(size), shape, 'float32');
};

function makeVariables(): Variable[] {
  return tidy(() => SHAPES.map((shape, i) => variable(drawn(`weight ${i}`, shape))));
}

describe('a step of Adam on webgpu', () => {
  beforeAll(() => useBackend('webgpu'));

  it('is one kernel for a weight, equals the rule of ops, and holds the tensors flat', async () => {
    const variables = makeVariables();
    const optimizer = adam({ learningRate: 0.1, beta1: 0.5, beta2: 0.9, weightDecay: 0.01 });
    let tensors = 0;
    for (const step of [1, 2, 3]) {
      if (step === 3) optimizer.learningRate = 0.03;
      const gradients = SHAPES.map((shape, i) => drawn(`gradient ${step} ${i}`, shape));
      const expected = variables.map((value, i) => {
        const slots = optimizer.slotsOf(value);
        const after = optimizer.rule(step)({ value, slots }, gradients[i]!);
        dispose(slots);
        return { after, i };
      });
      const counts = kernelsOf(() =>
        optimizer.applyGradients(
          Object.fromEntries(variables.map(({ name }, i) => [name, gradients[i]!])),
        ),
      );
      expect(counts['GanKitAdamStep']).toBe(SHAPES.length);
      expect(counts['Sqrt']).toBeUndefined();
      for (const { after, i } of expected) {
        const slots = optimizer.slotsOf(variables[i]!);
        const pairs = [
          [variables[i]!, after.value],
          [slots.m, after.slots.m],
          [slots.v, after.slots.v],
        ] as const;
        for (const [actual, other] of pairs)
          expect(await actual.data()).toBeAllclose(await other.data(), { rtol: 1e-6, atol: 1e-7 });
        after.value.dispose();
        dispose(slots);
        dispose(after.slots);
      }
      dispose(gradients);
      if (step === 1) tensors = memory().numTensors;
    }
    expect(memory().numTensors).toBe(tensors);
    optimizer.dispose();
    dispose(variables);
  });

  it('keeps NaN and infinities where they are', async () => {
    const x = variable(tensor([1, 2, 3, 4]));
    const optimizer = adam();
    optimizer.applyGradients({ [x.name]: tensor([0, NaN, 1, Infinity]) });
    const values = await x.data();
    expect([...values].map(Number.isNaN)).toEqual([false, true, false, true]);
    expect(values[0]).toBe(1);
    optimizer.dispose();
    x.dispose();
  });
});
