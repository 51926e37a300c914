import { gather, tensor, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import type { PenaltyBatch } from '../../src/penalties/sampling_points.js';
import type { Critic } from '../../src/types.js';
import { useBackend } from '../helpers/backends.js';
import { fc } from '../helpers/properties.js';
import { ACTIVATIONS, affine, linearCritic, smallCritic } from './critics.js';

const at = fc.constantFrom('interpolates', 'real', 'fake', 'perturbed');
const target = fc.constantFrom(0, 0.3, 1, 2.5);
const sided = fc.constantFrom('one', 'two');
const activation = fc.constantFrom(...Object.keys(ACTIVATIONS));
const seed = fc.integer({ min: 0, max: 1e6 });
const factor = fc.double({ min: 0.1, max: 10, noNaN: true });
const number = fc.double({ min: -3, max: 3, noNaN: true });

async function compute(options: object, critic: Critic, batch: PenaltyBatch): Promise<number> {
  const value = new GradientPenalty(options).compute(critic, batch);
  return (await value.data())[0]!;
}

/** A batch with everything that would be drawn. */
function batchOf(seed: number, size = 4) {
  const stream = new RandomStream(seed);
  const [real, fake] = [stream.normal([size, 5, 5, 2]), stream.normal([size, 5, 5, 2])];
  return { real, fake, alpha: stream.uniform([size]), noise: stream.uniform([size, 5, 5, 2]) };
}

const close = { rtol: 1e-4, atol: 1e-6 };
const check = <T>(property: fc.IAsyncProperty<T>) => fc.assert(property, { seed: 3, numRuns: 30 });

describe('gradient penalties', () => {
  beforeAll(() => useBackend('cpu'));

  it('a linear critic D = w · x + c: (‖w‖ − k)² whatever the samples', () =>
    check(
      fc.asyncProperty(
        fc.array(number, { minLength: 1, maxLength: 8 }),
        ...[at, target, seed, number],
        async (w, at, target, seed, offset) => {
          const stream = new RandomStream(seed);
          const batch = { real: stream.normal([3, w.length]), fake: stream.normal([3, w.length]) };
          const norm = Math.hypot(...w);
          const critic = affine(linearCritic(tensor1d(w)), 1, offset);
          expect(await compute({ at, target }, critic, batch)).toBeAllclose((norm - target) ** 2, {
            rtol: 1e-4,
            atol: 1e-5,
          });
          expect(await compute({ at, target, sided: 'one' }, critic, batch)).toBeAllclose(
            Math.max(0, norm - target) ** 2,
            { rtol: 1e-4, atol: 1e-5 },
          );
        },
      ),
    ));

  it('the order of the samples does not matter', () =>
    check(
      fc.asyncProperty(
        ...[activation, at, target, sided, seed],
        async (name, at, target, sided, seed) => {
          const { critic } = smallCritic(ACTIVATIONS[name]!, seed);
          const batch = batchOf(seed);
          const order = tensor1d(new RandomStream(seed).permutation(4), 'int32');
          const shuffled = Object.fromEntries(
            Object.entries(batch).map(([key, x]) => [key, gather(x, order)]),
          ) as unknown as PenaltyBatch;
          const once = await compute({ at, target, sided }, critic, batch);
          expect(await compute({ at, target, sided }, critic, shuffled)).toBeAllclose(once, close);
        },
      ),
    ));

  it('c · D + d asks of D a norm of k/c: c² times the penalty', () =>
    check(
      fc.asyncProperty(
        ...[activation, at, target, sided, seed, factor],
        async (name, at, target, sided, seed, c) => {
          const { critic } = smallCritic(ACTIVATIONS[name]!, seed);
          const batch = batchOf(seed);
          const options = { at, sided, epsilon: 0 };
          const plain = await compute({ ...options, target: target / c }, critic, batch);
          const scaled = await compute({ ...options, target }, affine(critic, c, 3), batch);
          expect(scaled).toBeAllclose(c ** 2 * plain, { rtol: 1e-4, atol: 1e-5 * c });
        },
      ),
    ));

  it('one side is at most both, and both are one side plus what lies below', () =>
    check(
      fc.asyncProperty(activation, at, seed, factor, async (name, at, seed, target) => {
        const { critic } = smallCritic(ACTIVATIONS[name]!, seed);
        const batch = batchOf(seed, 1);
        const two = await compute({ at, target }, critic, batch);
        const one = await compute({ at, target, sided: 'one' }, critic, batch);
        // of a single sample it is all or nothing
        expect([0, two]).toContain(one);
        const square = await compute({ at, target: 0 }, critic, batch);
        expect(one > 0).toBe(Math.sqrt(square + 1e-12) > target);
      }),
    ));

  it('the mean over a batch is the mean of its samples, each by itself', () =>
    check(
      fc.asyncProperty(...[activation, at, target, seed], async (name, at, target, seed) => {
        fc.pre(at !== 'perturbed'); // its spread is that of the batch
        const { critic } = smallCritic(ACTIVATIONS[name]!, seed);
        const batch = batchOf(seed);
        let total = 0;
        for (let i = 0; i < 4; i++) {
          const own = (x: Tensor) => gather(x, tensor([i], [1], 'int32'));
          const { real, fake, alpha } = batch;
          const one = { real: own(real), fake: own(fake), alpha: own(alpha) };
          total += (await compute({ at, target }, critic, one)) / 4;
        }
        expect(await compute({ at, target }, critic, batch)).toBeAllclose(total, close);
      }),
    ));
});
