import {
  clone,
  engine,
  mean,
  mul,
  randomUniform,
  scalar,
  square,
  sub,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Rank, Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { createSystem } from '../../src/training/core/create_system.js';
import type { Step } from '../../src/training/core/recipe.js';
import { GradientMonitor } from '../../src/training/gradient_monitor.js';
import { ImagePool } from '../../src/training/history/image_pool.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { randomSource } from '../../src/training/random_source.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { useBackend } from '../helpers/backends.js';
import { POINTS, dense } from './recorded_systems.js';

beforeAll(() => useBackend('webgpu'));
afterEach(() => vi.restoreAllMocks());

const ops = () =>
  vi.spyOn(engine().backend as unknown as { runWebGPUProgram: () => unknown }, 'runWebGPUProgram');

/** A system of one weight w, whose step moves it down the gradient of (w − target)². */
function oneWeight(
  step: (now: Step<{ distance: number }>) => Scalar,
  options: { replay?: boolean; onReplayRefused?: (why: string) => void } = {},
) {
  const model = sequential({ layers: [layers.dense({ inputShape: [1], units: 1 })] });
  initializeWeights(model, { stddev: 0.5, seed: 3 });
  const optimizers = { model: adam({ learningRate: 0.1 }) };
  const random = randomSource({ seed: 4 });
  const refused: string[] = [];
  const system = createSystem({
    name: 'OneWeight',
    networks: { model },
    optimizers,
    components: { random },
    options: { replay: true, onReplayRefused: (why) => refused.push(why), ...options },
    step({ x }: { x: Tensor }, now: Step<{ distance: number }>, { model }) {
      now.minimize([model], optimizers.model, () =>
        now.note('distance', mean<Scalar>(square(sub(model(x), step(now))))),
      );
    },
  });
  const train = async (steps: number) => {
    const losses: number[] = [];
    for (let k = 0; k < steps; k++) {
      const x = tensor([[1], [k % 3]]);
      losses.push((await system.trainStep({ x })).distance);
      x.dispose();
    }
    return losses;
  };
  return { system, model, optimizers, random, refused, train };
}

describe('a recipe of one’s own', () => {
  it('is replayed with what it decides and uploads by its step', async () => {
    const target = (now: Step<{ distance: number }>) => {
      const number = now.number(() => 1 / (1 + now.index));
      return now.decide(() => now.index % 3 === 0) ? number : mul<Scalar>(number, 2);
    };
    const run = oneWeight(target, { replay: false });
    const recorded = oneWeight(target);
    const expected = await run.train(20);
    const first = await recorded.train(14);
    expect(first).toEqual(expected.slice(0, 14));
    const calls = ops();
    const x = tensor([[1], [14 % 3]]);
    expect((await recorded.system.trainStep({ x })).distance).toBe(expected[14]);
    expect(calls).not.toHaveBeenCalled();
    expect(recorded.refused).toEqual([]);
  });

  it.each<[string, (now: Step<{ distance: number }>) => Scalar]>([
    ['the number of the step', (now) => scalar(now.index)],
    ['numbers that the host makes elsewhere', () => randomUniform<Rank.R0>([], 0, 1)],
  ])('is run where %s goes in', async (_, target) => {
    const { train, refused } = oneWeight(target);
    await train(12);
    expect(refused).toHaveLength(1);
  });

  it('is run where it draws numbers that are no input', async () => {
    const made = oneWeight(() => scalar(made.random.uniformValues(1)[0]!));
    await made.train(8);
    expect(made.refused).toEqual(['random numbers are drawn that no input of the step is made of']);
  });

  it('is not recorded unless it asks for it', async () => {
    const { train } = oneWeight(() => scalar(1), { replay: false });
    await train(6);
    const calls = ops();
    await train(1);
    expect(calls).toHaveBeenCalled();
  });
});

describe('a recorded step', () => {
  const target = () => scalar(2);
  const both = () => [oneWeight(target, { replay: false }), oneWeight(target)] as const;

  it('leaves a copy of a weight as it was', async () => {
    const { train, model } = oneWeight(target);
    await train(6);
    const copy = clone(model.getWeights()[0]!);
    const before = await clone(copy).data();
    await train(3);
    expect(await copy.data()).toEqual(before);
    expect(await model.getWeights()[0]!.data()).not.toEqual(before);
  });

  it('reads a weight that was read in between', async () => {
    const { train, model } = oneWeight(target);
    await train(6);
    const weight = () => model.layers[0]!.getWeights()[0]!.data();
    const before = await weight();
    await train(1);
    expect(await weight()).not.toEqual(before);
  });

  it('takes over weights and rates that are set from outside', async () => {
    const found = [];
    for (const { train, model, optimizers } of both()) {
      const losses = await train(6);
      tidy(() => model.setWeights([tensor([[0.25]]), tensor([-1])]));
      optimizers.model.learningRate = 0.03;
      found.push([...losses, ...(await train(4))]);
    }
    expect(found[1]).toEqual(found[0]);
  });

  it('is recorded anew for other weights to train and other batches', async () => {
    const found = [];
    for (const { train, system, model } of both()) {
      const losses = await train(5);
      const x = tensor([[1], [2], [3]]);
      losses.push((await system.trainStep({ x })).distance);
      model.layers[0]!.trainable = false;
      await expect(system.trainStep({ x })).rejects.toThrow('trainable');
      model.layers[0]!.trainable = true;
      found.push([...losses, ...(await train(4))]);
    }
    expect(found[1]).toEqual(found[0]);
  });

  it('is undone if it is not finite, and the next ones go on from before', async () => {
    const found = [];
    for (const { train, system } of both()) {
      const losses = await train(6);
      const x = tensor([[NaN], [1]]);
      await expect(system.trainStep({ x })).rejects.toThrow('step 7 must be finite');
      expect(system.stepCount).toBe(6);
      found.push([...losses, ...(await train(4))]);
    }
    expect(found[1]).toEqual(found[0]);
  });

  it('is undone with the unread steps after the last finite reading', async () => {
    const found = [];
    for (const { train, system } of both()) {
      const losses = await train(6);
      const x = tensor([[NaN], [1]]);
      const good = tensor([[2], [1]]);
      await system.trainStep({ x: good }, { read: false });
      await system.trainStep({ x }, { read: false });
      await system.trainStep({ x: good }, { read: false });
      await expect(system.trainStep({ x: good })).rejects.toThrow('steps 7 to 10');
      expect(system.stepCount).toBe(6);
      found.push([...losses, ...(await train(4))]);
    }
    expect(found[1]).toEqual(found[0]);
  });

  it('returns the losses of the step before where they are read later', async () => {
    const [run, recorded] = both();
    const expected = await run.train(9);
    const losses: unknown[] = [];
    for (let k = 0; k < 9; k++) {
      const x = tensor([[1], [k % 3]]);
      losses.push(await recorded.system.trainStep({ x }, { read: 'later' }));
    }
    losses.push(await recorded.system.lastLosses());
    expect(losses).toEqual([{}, ...expected.map((distance) => ({ distance }))]);
  });
});

it('a monitor measures at its steps, and the others are replayed', async () => {
  const reports: unknown[][] = [];
  for (const replay of [false, true]) {
    const monitor = new GradientMonitor({ every: 7 });
    const gan = createGAN({
      generator: dense(3, 2),
      discriminator: dense(2, 1),
      loss: wasserstein(),
      monitor,
      replay,
      seed: 1,
    });
    const found: unknown[] = [];
    for (let k = 0; k < 16; k++) {
      await gan.trainStep(POINTS.batch(k) as { real: Tensor });
      found.push(await monitor.read());
    }
    if (replay) {
      const calls = ops();
      await gan.trainStep(POINTS.batch(16) as { real: Tensor });
      expect(calls).not.toHaveBeenCalled();
    }
    reports.push(found);
  }
  expect(reports[1]).toEqual(reports[0]);
});

it('two systems side by side share no buffer, though one is not read and measures gradients', async () => {
  const make = (replay: boolean) =>
    createGAN({
      generator: dense(3, 2),
      discriminator: dense(2, 1),
      loss: wasserstein(),
      criticSteps: 2,
      monitor: new GradientMonitor({ every: 2 }),
      replay,
      seed: 1,
    });
  type GAN = ReturnType<typeof make>;
  const over = async (gan: GAN, first: number, last: number, read = true) => {
    const losses: object[] = [];
    for (let k = first; k < last; k++) {
      const batch = POINTS.batch(k) as { real: Tensor };
      losses.push(await gan.trainStep(batch, { read }));
      batch.real.dispose();
    }
    return losses;
  };
  const [run, one, other] = [make(false), make(true), make(true)];
  const expected = await over(run, 0, 16);
  for (const [first, last, read] of [
    [0, 4, true],
    [4, 6, false],
    [6, 9, true],
    [9, 12, false],
    [12, 16, true],
  ] as const) {
    expect(await over(one, first, last)).toEqual(expected.slice(first, last));
    const losses = await over(other, first, last, read);
    if (read) expect(losses).toEqual(expected.slice(first, last));
  }
});

it('an image pool decides as on cpu, and its state goes from one to the other', async () => {
  const shown: Float32Array[][] = [];
  const states = [];
  for (const backend of ['cpu', 'webgpu'] as const) {
    await useBackend(backend);
    const pool = new ImagePool({ size: 3, seed: 5 });
    const found = [];
    for (let k = 0; k < 8; k++) {
      const images = new RandomStream(1).seek(k).uniform([2, 2, 2, 1]) as Tensor4D;
      found.push(await pool.query(images).data<'float32'>());
    }
    expect(pool.count).toBe(3);
    shown.push(found);
    states.push(await pool.state());
    const other = new ImagePool({ size: 3, seed: 5 });
    await other.restore(states[0]!);
    const next = new RandomStream(1).seek(9).uniform([2, 2, 2, 1]) as Tensor4D;
    expect(await other.query(next).data()).toEqual(await pool.query(next).data());
    // one of another size, as images of free sizes come one at a time
    expect(other.query(new RandomStream(2).uniform([1, 3, 2, 1]) as Tensor4D).shape[0]).toBe(1);
  }
  expect(shown[1]).toEqual(shown[0]);
  expect(states[1]).toEqual(states[0]);
});
