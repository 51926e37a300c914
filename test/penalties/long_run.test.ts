import { add, dispose, memory, mul, sub, mean, variableGrads } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { usedHeap, wasmHeap } from '../helpers/heap.js';
import { ACTIVATIONS, smallCritic } from './critics.js';

/** Software GPUs need a second for what these two do in ten milliseconds. */
const stepsOn = (backend: string) => (backend.startsWith('webg') ? 60 : 1000);

// the tape and the engine are the same on each backend; wasm has a heap of its own, too
describe.each([FASTEST])('penalty steps on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('hold tensors and heap flat', { timeout: 300_000 }, async () => {
    const { weights, critic } = smallCritic(ACTIVATIONS['leakyRelu']!);
    const penalty = new GradientPenalty();
    const optimizer = adam({ learningRate: 1e-3, beta1: 0, beta2: 0.9 });
    const random = new RandomStream(6);
    const step = async () => {
      const [real, fake] = [random.normal([4, 5, 5, 2], 0.5), random.normal([4, 5, 5, 2], -0.5)];
      const { value, grads } = variableGrads(() => {
        const term = mul(penalty.compute(critic, { real: real, fake: fake }), penalty.weight);
        return add<Scalar>(sub(mean(critic(fake)), mean(critic(real))), term);
      }, Object.values(weights));
      optimizer.applyGradients(grads);
      const [loss] = await value.data();
      dispose([real, fake, value, grads]);
      return loss!;
    };
    const run = async (steps: number) => {
      let last = NaN;
      for (let i = 0; i < steps; i++) last = await step();
      return last;
    };

    const steps = stepsOn(backend);
    const first = await run(steps / 10);
    const { numTensors, numBytes } = memory();
    const before = { tensors: numTensors, bytes: numBytes, wasm: wasmHeap() };
    const heap = await usedHeap();
    const last = await run(steps);
    expect(Number.isFinite(last)).toBe(true);
    expect(last).toBeLessThan(first); // it did train
    const after = memory();
    expect({ tensors: after.numTensors, bytes: after.numBytes, wasm: wasmHeap() }).toEqual(before);
    // compiled code still grows a little; a step that kept its tape would hold tens of kB
    expect((await usedHeap()) - heap).toBeLessThan(1000 * steps);
  });
});
