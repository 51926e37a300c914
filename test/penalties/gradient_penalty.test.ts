import {
  add,
  clone,
  fill,
  keep,
  memory,
  mul,
  ones,
  relu,
  square,
  sum,
  tensor1d,
  tensor2d,
  variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import type { GradientPenaltyOptions } from '../../src/penalties/gradient_penalty.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import {
  ACTIVATIONS,
  linearCritic,
  numericSlope,
  smallCritic,
  valueAndGradients,
} from './critics.js';

const images = (seed: number, size = 3) => new RandomStream(seed).normal([size, 5, 5, 2]);
const pair = () => ({ real: images(1), fake: images(2), alpha: tensor1d([0.2, 0.9, 0.55]) });
const compute = async (penalty: GradientPenalty, ...args: Parameters<typeof penalty.compute>) => {
  const value = penalty.compute(...args);
  const [number] = await value.data();
  value.dispose();
  return number!;
};

/** The points that a penalty looks at. */
async function pointsOf(penalty: GradientPenalty, batch: Parameters<typeof penalty.compute>[1]) {
  let points: Tensor | undefined;
  const critic = (x: Tensor) => {
    points = keep(clone(x));
    return sum(square(x), 1);
  };
  penalty.compute((x) => critic(x), batch).dispose();
  return points;
}

describe.each(BACKENDS)('GradientPenalty on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(Object.keys(ACTIVATIONS))('through %s', (activation) => {
    it.each<GradientPenaltyOptions>([{}, { sided: 'one', target: 0.4 }, { at: 'real', target: 0 }])(
      '%o has the weight gradient of finite differences',
      async (options) => {
        const { weights, critic } = smallCritic(ACTIVATIONS[activation]!);
        const batch = pair();
        const penalty = new GradientPenalty(options);
        const term = () => penalty.compute(critic, batch);
        const { gradients } = await valueAndGradients(term, weights);
        const stream = new RandomStream(31);
        for (let i = 0; i < 3; i++) {
          const direction = Object.fromEntries(
            Object.entries(weights).map(([name, { size }]) => [name, stream.normalValues(size)]),
          );
          let slope = 0;
          let scale = 0;
          for (const [name, gradient] of Object.entries(gradients))
            gradient.forEach((g, k) => {
              slope += g * direction[name]![k]!;
              scale += (g * direction[name]![k]!) ** 2;
            });
          // the slope may be small by chance; its terms are what an error would show in
          const numeric = await numericSlope(term, weights, direction, 1e-3);
          expect(slope).toBeAllclose(numeric, { rtol: 1e-3, atol: 5e-4 * Math.sqrt(scale) });
        }
      },
    );
  });

  it('is (‖w‖ − 1)² of a linear critic, anywhere', async () => {
    const critic = linearCritic(tensor1d([2, -3, 6])); // ‖w‖ = 7
    const batch = { real: tensor2d([[1, 2, 3]]), fake: tensor2d([[-4, 0, 5]]) };
    for (const at of ['interpolates', 'real', 'fake', 'perturbed'] as const) {
      expect(await compute(new GradientPenalty({ at }), critic, batch)).toBeAllclose(36);
      const one = new GradientPenalty({ at, sided: 'one', target: 5 });
      expect(await compute(one, critic, batch)).toBeAllclose(4);
      const below = new GradientPenalty({ at, sided: 'one', target: 8 });
      expect(await compute(below, critic, batch)).toBe(0);
      expect(await compute(new GradientPenalty({ at, target: 0 }), critic, batch)).toBeAllclose(49);
    }
  });

  it('takes the norm of each sample by itself', async () => {
    // slopes 3 and 5: E(n − 1)² = 10, where one norm for the batch would give (√34 − 1)² = 23.3
    const critic = (x: Tensor) => mul(x, tensor2d([[3], [5]]));
    expect(await compute(new GradientPenalty({ at: 'real' }), critic, { real: ones([2, 1]) })).toBe(
      10,
    );
  });

  it('interpolates with one α for each sample, from its own stream', async () => {
    const penalty = new GradientPenalty({ seed: 5 });
    const batch = { real: zeros([64, 2, 3]), fake: fill([64, 2, 3], 2) };
    const points = await (await pointsOf(penalty, batch))!.data();
    const alphas = Array.from({ length: 64 }, (_, i) => points[6 * i]! / 2);
    points.forEach((point, i) => expect(point).toBe(2 * alphas[Math.floor(i / 6)]!));
    expect(new Set(alphas).size).toBe(64);
    expect(Math.min(...alphas)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...alphas)).toBeLessThan(1);
    expect(alphas.reduce((a, b) => a + b) / 64).toBeAllclose(0.5, { atol: 0.1 });

    const next = await (await pointsOf(penalty, batch))!.data();
    expect(next).not.toEqual(points);
    const again = await pointsOf(new GradientPenalty({ seed: 5 }), batch);
    expect(await again!.data()).toEqual(points);
    const other = await pointsOf(new GradientPenalty({ seed: 6 }), batch);
    expect(await other!.data()).not.toEqual(points);
  });

  it('starts from real samples: α = 0 is real, α = 1 is fake', async () => {
    const batch = { real: tensor2d([[1], [2]]), fake: tensor2d([[5], [7]]) };
    const points = await pointsOf(new GradientPenalty(), { ...batch, alpha: tensor1d([0, 1]) });
    expect(await points!.data()).toEqual(Float32Array.of(1, 7));
  });

  it('perturbs by at most scale standard deviations, upwards, each number by itself', async () => {
    const real = new RandomStream(9).normal([40, 3], 1, 2);
    const values = Array.from(await real.data());
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    const limit = 0.25 * Math.sqrt(variance);
    const penalty = new GradientPenalty({ at: 'perturbed', scale: 0.25 });
    const points = await (await pointsOf(penalty, { real }))!.data();
    const steps = Array.from(points, (x, i) => (x - values[i]!) / limit);
    expect(Math.min(...steps)).toBeGreaterThan(-1e-5);
    expect(Math.max(...steps)).toBeLessThan(1);
    expect(Math.max(...steps)).toBeGreaterThan(0.6); // 120 products of two uniform numbers
    expect(steps[0]).not.toBeCloseTo(steps[1]!, 3);
    expect(steps.reduce((a, b) => a + b) / steps.length).toBeAllclose(0.25, { atol: 0.08 });

    // α and noise given: x + α · scale · σ · u
    const [alpha, noise] = [fill([40], 0.5), fill([40, 3], 0.8)];
    const given = await (await pointsOf(penalty, { real, alpha: alpha, noise: noise }))!.data();
    expect(given).toBeAllclose(values.map((x) => x + 0.5 * 0.8 * limit));
  });

  it('goes on from a state to the bit, and does not count what it did not draw', async () => {
    const { critic } = smallCritic(ACTIVATIONS['softplus']!);
    const { real, fake, alpha } = pair();
    const penalty = new GradientPenalty({ seed: 8 });
    await compute(penalty, critic, { real, fake });
    const state = await penalty.state();
    const following = await compute(penalty, critic, { real, fake });
    const resumed = new GradientPenalty({ seed: 1234 });
    await resumed.restore(state);
    await compute(resumed, critic, { real, fake, alpha: alpha });
    expect(await compute(resumed, critic, { real, fake })).toBe(following);
    await penalty.restore(state);
    expect(await compute(penalty, critic, { real, fake })).toBe(following);
    await expect(penalty.restore({ values: {}, arrays: {} })).rejects.toThrow(
      /`state.values\['seed'\]` must be an integer >= 0/,
    );
  });

  it('stays finite where the critic has no slope', async () => {
    const weight = variable(tensor1d([0.5]));
    const bias = variable(tensor1d([-100]));
    const batch = { real: tensor2d([[1, 2]]), fake: tensor2d([[3, 4]]) };
    const dead = (x: Tensor) => relu(add(mul(sum(x, 1), weight), bias));
    const { value, gradients } = await valueAndGradients(
      () => new GradientPenalty().compute(dead, batch),
      { weight: weight, bias: bias },
    );
    expect(value).toBeAllclose(1, { rtol: 1e-5 });
    expect(gradients).toEqual({ weight: Float32Array.of(0), bias: Float32Array.of(0) });
    for (const options of [{ target: 0 }, { sided: 'one' }] as const)
      expect(await compute(new GradientPenalty(options), dead, batch)).toBe(0);
  });

  it('has the slope of ε where the gradient is small', async () => {
    // s = w², √(s + ε): d/dw (√(w² + ε) − 1)² = 2(√(w² + ε) − 1) · w/√(w² + ε)
    const w = variable(tensor1d([3e-4]));
    const penalty = new GradientPenalty({ at: 'real', epsilon: 1e-6 });
    const { value, gradients } = await valueAndGradients(
      () => penalty.compute((x) => mul(x, w), { real: ones([1, 1]) }),
      { w: w },
    );
    const norm = Math.sqrt(3e-4 ** 2 + 1e-6);
    expect(value).toBeAllclose((norm - 1) ** 2);
    expect(gradients['w']!).toBeAllclose([(2 * (norm - 1) * 3e-4) / norm], { rtol: 1e-5 });
  });

  it('teaches the critic alone: real and fake samples are constants', async () => {
    const generator = variable(tensor2d([[1, 2], [3, 4]])); // prettier-ignore
    const critic = variable(tensor1d([1.5]));
    for (const at of ['interpolates', 'real', 'fake', 'perturbed'] as const) {
      const penalty = new GradientPenalty({ at });
      const { grads } = variableGrads(() => {
        const made = mul(generator, 2);
        const d = (x: Tensor) => mul(sum(square(x), 1), critic);
        return penalty.compute(d, { real: made, fake: add(made, 1) });
      });
      expect(Object.keys(grads)).toEqual([critic.name]);
    }
  });

  it('leaves nothing behind, and its inputs alive', async () => {
    const { weights, critic } = smallCritic(ACTIVATIONS['leakyRelu']!);
    const batch = pair();
    for (const at of ['interpolates', 'perturbed', 'real', 'fake'] as const) {
      const penalty = new GradientPenalty({ at, outputs: 'mean' });
      const before = memory().numTensors;
      const value = penalty.compute(critic, batch);
      expect(memory().numTensors).toBe(before + 1);
      value.dispose();
      const step = () =>
        valueAndGradients(() => penalty.compute(critic, batch), weights).then(() => undefined);
      await expectNoLeak(step, 50);
    }
    for (const x of Object.values(batch)) expect(x.isDisposed).toBe(false);
    expect(await batch.alpha.data()).toEqual(Float32Array.of(0.2, 0.9, 0.55));
  });
});
