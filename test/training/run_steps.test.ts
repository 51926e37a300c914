import { engine, memory, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { sampleLatents } from '../../src/training/latents.js';
import { noteLosses } from '../../src/training/loop/note_losses.js';
import type { LossHistory } from '../../src/training/loop/note_losses.js';
import { runSteps } from '../../src/training/loop/run_steps.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GAN } from '../../src/training/systems/gan_members.js';
import type { TrainingSystem } from '../../src/types.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';

beforeAll(() => useBackend(FASTEST));

const networks = () => {
  const dense = (inputs: number, units: number, values: number[]) => {
    const layer = layers.dense({ inputShape: [inputs], units, useBias: false });
    const made = sequential({ layers: [layer] });
    tidy(() => layer.setWeights([tensor(values, [inputs, units])]));
    return made;
  };
  return { generator: dense(2, 2, [0.5, -1, 0.25, 2]), discriminator: dense(2, 1, [1, -0.5]) };
};
const makeGAN = (onNonFinite: 'throw' | 'skip' = 'throw') =>
  createGAN({
    ...networks(),
    loss: nonSaturating(),
    optimizers: {
      generator: adam({ learningRate: 1e-2 }),
      discriminator: adam({ learningRate: 2e-2 }),
    },
    onNonFinite,
  });
const real = (k: number): Tensor => sampleLatents({ count: 4, size: 2, seed: k });
const batch = (k: number) => ({ real: real(k) });

const made: GAN[] = [];
const gan = (...args: Parameters<typeof makeGAN>): GAN => {
  const one = makeGAN(...args);
  made.push(one);
  return one;
};
afterEach(() => {
  for (const one of made.splice(0)) {
    one.dispose();
    for (const part of [...Object.values(one.networks), ...Object.values(one.optimizers)])
      part.dispose();
  }
});

describe('runSteps', () => {
  it('asks for each batch by its index, makes its step, and calls each callback in its rhythm', async () => {
    const system = gan();
    const asked: number[] = [];
    const heard: string[] = [];
    const bystander = gan();
    const losses: object[] = [];
    for (let k = 0; k < 6; k++) {
      const given = batch(k);
      losses.push(await bystander.trainStep(given));
      given.real.dispose();
    }
    const run = await runSteps(system, (k) => (asked.push(k), batch(k)), {
      steps: 6,
      rhythm: [
        {
          every: 2,
          do: async ({ step, losses: ofStep }) => {
            await Promise.resolve();
            heard.push(`two ${step}`);
            expect(ofStep).toEqual(losses[step - 1]);
          },
        },
        { every: 3, do: ({ step }) => heard.push(`three ${step}`) },
      ],
    });
    expect(asked).toEqual([0, 1, 2, 3, 4, 5]);
    expect(heard).toEqual(['two 2', 'three 3', 'two 4', 'two 6', 'three 6']);
    expect(run).toEqual({ step: 6, aborted: false, losses: losses[5] });
    expect((await system.state()).arrays).toEqual((await bystander.state()).arrays);
  });

  it('sets the rates before each step, all or by name, from the step on that a restored system has reached', async () => {
    const system = gan();
    const seen: [number, number, number][] = [];
    const { generator, discriminator } = system.optimizers as unknown as Record<
      string,
      { learningRate: number }
    >;
    const note = (k: number) => {
      seen.push([k, generator!.learningRate, discriminator!.learningRate]);
    };
    const rhythm = [{ every: 1, do: ({ step }: { step: number }) => note(step) }];
    await runSteps(system, batch, { steps: 2, rhythm, learningRate: (k) => 0.1 / (k + 1) });
    await runSteps(system, batch, {
      ...{ steps: 4, rhythm },
      learningRate: (k) => ({ generator: 0.01 * k }),
    });
    expect(seen).toEqual([
      [1, 0.1, 0.1],
      [2, 0.05, 0.05],
      [3, 0.02, 0.05],
      [4, 0.03, 0.05],
    ]);
    await expect(
      runSteps(system, batch, { steps: 5, learningRate: () => ({ critic: 1 }) }),
    ).rejects.toThrow('`learningRate()` must be an object with the keys generator, discriminator');
    await expect(
      runSteps(system, batch, { steps: 5, learningRate: () => Number.NaN }),
    ).rejects.toThrow('runSteps: `learningRate()` must be a finite number >= 0. Received: NaN.');
    expect(system.stepCount).toBe(4);
  });

  it('disposes of the batches, or leaves them', async () => {
    const given = [0, 1, 2].map(batch);
    const system = gan();
    await runSteps(system, given.slice(0, 2));
    await runSteps(system, given.slice(2), { keepBatches: true });
    expect(given.map(({ real }) => real.isDisposed)).toEqual([true, true, false]);
    given[2]!.real.dispose();
  });

  it('leaves no tensor behind over 50 runs', async () => {
    const system = gan();
    let steps = 0;
    await expectNoLeak(async () => {
      steps += 2;
      await runSteps(system, batch, {
        steps,
        learningRate: () => 1e-3,
        rhythm: [{ every: 2, do: () => 0 }],
      });
    }, 50);
  });

  it('aborted and resumed has the bits of a run that never stopped', async () => {
    const whole = gan();
    const learningRate = (k: number) => 0.01 / (k + 1);
    await runSteps(whole, batch, { steps: 7, learningRate });

    const stopped = gan();
    const controller = new AbortController();
    const rhythm = [{ every: 3, do: () => controller.abort() }];
    const { signal } = controller;
    const run = await runSteps(stopped, batch, { steps: 7, learningRate, rhythm, signal });
    expect(run).toMatchObject({ step: 3, aborted: true });
    const resumed = gan();
    await resumed.restore(await stopped.state());
    const asked: number[] = [];
    const last = await runSteps(resumed, (k) => (asked.push(k), batch(k)), {
      ...{ steps: 7, learningRate },
    });
    expect(asked).toEqual([3, 4, 5, 6]);
    expect(last).toMatchObject({ step: 7, aborted: false });
    expect(await resumed.state()).toEqual(await whole.state());
  });

  it('makes no step if the signal has come, or the run is complete', async () => {
    const system = gan();
    const signal = AbortSignal.abort();
    expect(await runSteps(system, batch, { steps: 2, signal })).toEqual({
      ...{ step: 0, aborted: true, losses: undefined },
    });
    await runSteps(system, batch, { steps: 2 });
    expect(await runSteps(system, batch, { steps: 2, signal })).toMatchObject({
      ...{ step: 2, aborted: false },
    });
  });

  describe.each([
    [
      'a generator',
      function* () {
        for (let k = 0; ; k++) yield batch(k);
      },
    ],
    [
      'an asynchronous generator',
      async function* () {
        for (let k = 0; ; k++) yield batch(k);
      },
    ],
  ])('with %s', (_, generate) => {
    it('takes what it needs and closes it', async () => {
      let isClosed = false;
      const wrap = async function* () {
        try {
          yield* generate();
        } finally {
          isClosed = true;
        }
      };
      const before = memory().numTensors;
      const system = gan();
      const made = memory().numTensors - before;
      expect((await runSteps(system, wrap(), { steps: 3 })).step).toBe(3);
      expect(isClosed).toBe(true);
      const whole = gan();
      await runSteps(whole, batch, { steps: 3 });
      expect(await system.state()).toEqual(await whole.state());
      expect(memory().numTensors - before).toBeLessThanOrEqual(2 * made + 20);
    });
  });

  it('ends with the batches of an iterable, and takes promises of batches', async () => {
    const system = gan();
    const { step, aborted } = await runSteps(
      system,
      [0, 1, 2].map(async (k) => batch(k)),
    );
    expect([step, aborted]).toEqual([3, false]);
    expect((await runSteps(system, async (k) => batch(k), { steps: 5 })).step).toBe(5);
    const whole = gan();
    await runSteps(whole, batch, { steps: 5 });
    expect(await system.state()).toEqual(await whole.state());
  });

  it('ends at once if the signal comes while it waits for a batch, and frees the one that comes late', async () => {
    const system = gan();
    const controller = new AbortController();
    let give: (batch: { real: Tensor }) => void = () => undefined;
    const slow = new Promise<{ real: Tensor }>((resolve) => (give = resolve));
    const batches = (k: number) => {
      if (k === 0) return batch(0);
      setTimeout(() => controller.abort(), 20);
      return slow;
    };
    const run = runSteps(system, batches, { steps: 3, signal: controller.signal });
    expect(await run).toMatchObject({ step: 1, aborted: true });
    const late = batch(1);
    give(late);
    await slow;
    await Promise.resolve();
    expect(late.real.isDisposed).toBe(true);
  });

  it.each(['a function', 'an iterable'])(
    'frees the batch of a step that fails, and leaves the system as before it: %s',
    async (kind) => {
      const given = [0, 1, 2].map(batch);
      given[1]!.real.dispose();
      given[1] = { real: tensor([[Number.NaN, 1]]) };
      const system = gan();
      const batches = kind === 'a function' ? (k: number) => given[k]! : given;
      const rhythm = [{ every: 1, do: () => undefined }]; // so that GPUs wait for each step, too
      const run = runSteps(system, batches, { steps: 3, rhythm });
      await expect(run).rejects.toThrow(/GAN.trainStep.*NaN/s);
      expect(given.map(({ real }) => real.isDisposed)).toEqual([true, true, false]);
      given[2]!.real.dispose();
      const before = gan();
      await runSteps(before, batch, { steps: 1 });
      expect(await system.state()).toEqual(await before.state());
    },
  );

  it('goes past a step that was skipped, also after a resumption', async () => {
    const broken = (k: number) => (k === 1 ? { real: tensor([[Number.NaN, 1]]) } : batch(k));
    const system = gan('skip');
    const asked: number[] = [];
    const heard: number[] = [];
    const ask = (k: number) => (asked.push(k), broken(k));
    const rhythm = [{ every: 1, do: ({ step }: { step: number }) => heard.push(step) }];
    await runSteps(system, ask, { steps: 2, rhythm });
    const resumed = gan('skip');
    await resumed.restore(await system.state());
    expect((await runSteps(resumed, ask, { steps: 4, rhythm })).step).toBe(4);
    expect(asked).toEqual([0, 1, 2, 3]);
    expect(heard).toEqual([1, 2, 3, 4]);
    expect([resumed.stepCount, resumed.skipped]).toEqual([3, 1]);
  });

  it.each([
    ['system', [{}, batch, { steps: 1 }]],
    ['batches', [undefined, 5, { steps: 1 }]],
    ['steps', [undefined, batch, {}]],
    ['steps', [undefined, batch, { steps: 1.5 }]],
    ['rhythm[0].every', [undefined, batch, { steps: 1, rhythm: [{ every: 0, do: () => 0 }] }]],
    ['rhythm[0].do', [undefined, batch, { steps: 1, rhythm: [{ every: 1 }] }]],
    ['signal', [undefined, batch, { signal: {} }]],
    ['options', [undefined, batch, { steps: 1, from: 1 }]],
  ])('refuses a wrong %s', async (parameter, [system, batches, options]) => {
    await expect(
      runSteps((system ?? gan()) as GAN, batches as never, options as never),
    ).rejects.toMatchObject({ name: 'GanKitError', where: 'runSteps', parameter });
  });

  it('names the optimizer that has no rate', async () => {
    const fixed = gan();
    const optimizers = { ...fixed.optimizers, generator: {} as never };
    const system = Object.create(fixed, { optimizers: { value: optimizers } }) as GAN;
    await expect(
      runSteps(system, batch, { steps: 1, learningRate: () => 1 }),
    ).rejects.toMatchObject({ parameter: 'system.optimizers.generator' });
  });
});

describe('steps that never wait', () => {
  /** A system whose steps keep the thread for some milliseconds. */
  const busy = (milliseconds: number): TrainingSystem<object, object> => {
    const system = {
      stepCount: 0,
      skipped: 0,
      optimizers: {},
      async trainStep() {
        const end = performance.now() + milliseconds;
        while (performance.now() < end);
        system.stepCount++;
        return {};
      },
    };
    return system as never;
  };

  it('let timers and signals go first every 25 ms', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 1);
    const { signal } = controller;
    const { step, aborted } = await runSteps(busy(5), () => ({}), { steps: 400, signal });
    expect(aborted).toBe(true);
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(100);
  });
});

describe('on a GPU', () => {
  const name = engine().backendName;
  beforeEach(() => {
    engine().backendName = 'webgpu';
  });
  afterEach(() => {
    engine().backendName = name;
  });

  /** A system that writes down when its losses are waited for. */
  const late = () => {
    const log: string[] = [];
    let pending: number | undefined;
    const take = () => {
      const losses = pending === undefined ? {} : { loss: pending };
      pending = undefined;
      return losses;
    };
    const system = {
      stepCount: 0,
      skipped: 0,
      optimizers: {},
      async trainStep(_: object, { read }: { read?: unknown } = {}) {
        log.push(`step ${system.stepCount} ${String(read)}`);
        const before = take();
        pending = system.stepCount++;
        return before;
      },
      async lastLosses() {
        log.push('wait');
        return take();
      },
    };
    return { system: system as unknown as TrainingSystem<object, { loss: number }>, log };
  };

  it('waits for losses where a callback needs them and at the end', async () => {
    const { system, log } = late();
    const heard: number[] = [];
    const rhythm = [
      { every: 2, do: ({ losses }: { losses: { loss: number } }) => heard.push(losses.loss) },
    ];
    const { losses } = await runSteps(system, () => ({}), { steps: 3, rhythm });
    expect(log).toEqual(['step 0 later', 'step 1 later', 'wait', 'step 2 later', 'wait']);
    expect(heard).toEqual([1]);
    expect(losses).toEqual({ loss: 2 });
  });
});

describe('noteLosses', () => {
  it('makes a curve of each loss, without gaps of its own, numbers that are none and steps it has', () => {
    const history: LossHistory = {};
    noteLosses(history, { step: 1, losses: { discriminator: 1 } });
    noteLosses(history, { step: 2, losses: { discriminator: 2, generator: 3 } });
    noteLosses(history, { step: 3, losses: { discriminator: Number.NaN, generator: 4 } });
    const resumed = JSON.parse(JSON.stringify(history)) as LossHistory;
    noteLosses(resumed, { step: 3, losses: { discriminator: 9, generator: 9 } });
    expect(resumed).toEqual({
      discriminator: { x: [1, 2, 3], y: [1, 2, 9] },
      generator: { x: [2, 3], y: [3, 4] },
    });
  });
});
