import { dispose, engine, memory, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SavedState, TrainingSystem } from '../../src/types.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { failuresOf } from '../helpers/failing_step.js';
import type { Failures } from '../helpers/failing_step.js';

/** A kind of system, and how it is made. */
interface SystemContract<Batch extends object, System extends TrainingSystem<Batch, object>> {
  /** The first word of its messages. */
  readonly name: string;
  /** Makes one with networks of fixed weights, which draws by the seed. */
  readonly make: (seed: number) => System;
  /** Makes batch k; the caller owns it. */
  readonly batch: (k: number) => Batch;
  /** Calls that need a system which is alive, besides those that all have. */
  readonly calls?: readonly ((system: System) => unknown)[];
  /** Frees what `make` made besides networks and optimizers. */
  readonly release?: (system: System) => void;
  /** Whether the software GPUs run all of it; of the others they train the same bits twice. */
  readonly inFullOnGPU?: boolean;
}

/** Steps after which each period of a system has begun anew, and its pools are full. */
const PERIOD = 2;

/** What every system has to do, on every backend. */
export function describeSystem<
  Batch extends object,
  System extends TrainingSystem<Batch, object> = TrainingSystem<Batch, object>,
>(title: string, contract: SystemContract<Batch, System>): void {
  const { name, batch, calls = [], release, inFullOnGPU = false } = contract;
  const inFull = it.skipIf(ON_GPU && !inFullOnGPU);

  /** Makes a system that is freed after `fn`, with its networks and optimizers. */
  async function having<T>(seeds: readonly number[], fn: (...made: System[]) => Promise<T>) {
    const made = seeds.map((seed) => contract.make(seed));
    try {
      return await fn(...made);
    } finally {
      made.forEach(freed);
    }
  }
  const freed = (system: System): void => {
    const { networks, optimizers } = system;
    system.dispose();
    for (const network of Object.values(networks)) network.dispose();
    for (const optimizer of Object.values(optimizers)) optimizer.dispose();
    release?.(system);
  };

  /** Trains over batches first … last − 1, and returns all losses. */
  async function over(system: System, first: number, last: number, read = true) {
    const losses: object[] = [];
    for (let k = first; k < last; k++) {
      const given = batch(k);
      losses.push(await system.trainStep(given, { read }));
      for (const one of tensorsOf(given)) expect(one.isDisposed).toBe(false);
      dispose(tensorsOf(given));
    }
    return losses;
  }

  const refused = async (system: System, state: SavedState, rule: RegExp, part = '') => {
    const before = await system.state();
    await expect(system.restore(state), part).rejects.toThrow(rule);
    expect(await system.state()).toEqual(before);
  };

  describe.each(BACKENDS)(`${title} on %s`, (backend) => {
    let failing: Failures;
    beforeAll(async () => {
      failing = await failuresOf(backend);
      await useBackend(backend);
    });
    afterEach(() => vi.restoreAllMocks());

    it('trains to the same bits twice without Math.random, and to others by another seed', async () => {
      await having([3, 3, 4], async (one, two, other) => {
        vi.spyOn(Math, 'random').mockImplementation(() => {
          throw new Error('Math.random was called');
        });
        const losses = await over(one, 0, 3);
        for (const loss of losses.flatMap((told) => Object.values(told) as unknown[]))
          expect(loss).toBeTypeOf('number');
        expect(losses.flatMap((told) => Object.keys(told)).length).toBeGreaterThan(0);
        expect(await over(two, 0, 3)).toEqual(losses);
        expect(await two.state()).toEqual(await one.state());
        expect(await over(other, 0, 3)).not.toEqual(losses);
      });
    });

    inFull(
      'goes on from a state as if it had never stopped, fresh or in the midst of another run',
      async () => {
        await having([3, 8, 9], async (whole, fresh, busy) => {
          await over(whole, 0, 3);
          const state = await whole.state();
          const losses = await over(whole, 3, 6); // what the state holds is a copy
          const end = await whole.state();
          expect(end).not.toEqual(state);
          await over(busy, 7, 8);
          for (const resumed of [fresh, busy]) {
            await resumed.restore(state);
            expect(resumed.stepCount).toBe(3);
            expect(await resumed.state()).toEqual(state);
            expect(await over(resumed, 3, 6)).toEqual(losses);
            expect(await resumed.state()).toEqual(end);
          }
        });
      },
    );

    inFull(
      'refuses a state of another system, with a part missing or one too many, and changes nothing',
      async () => {
        await having([3, 3], async (system, source) => {
          await over(system, 0, 1);
          await over(source, 0, 2);
          const state = await source.state();
          const { values, arrays } = state;
          const kind = { values: { ...values, 'system/kind': 'Another' }, arrays };
          await refused(system, kind, /`kind` must be .*, as here/);
          await refused(system, { values: {}, arrays: {} }, /`state` must be one with/);
          const parts = partsOf(state);
          expect(parts.length).toBeGreaterThan(3);
          for (const part of parts.filter((one) => one !== 'system'))
            await refused(system, without(state, `${part}/`), /must be|must fit/, part);
          const array = { shape: [1], data: new Float32Array(1) };
          await refused(
            system,
            { values: { ...values, 'stray/x': 1 }, arrays },
            /without 'stray', which nothing here takes/,
          );
          await refused(
            system,
            { values, arrays: { ...arrays, 'stray/x': array } },
            /without 'stray', which nothing here takes/,
          );
          const [network] = Object.keys(system.networks);
          await refused(
            system,
            { values, arrays: { ...arrays, [`${network}/weights/stray/kernel`]: array } },
            /as there is no such layer or weight here/,
          );
          await system.restore(state);
          expect(await system.state()).toEqual(state);
        });
      },
    );

    it.skipIf(ON_GPU)(
      'undoes a step wherever it fails, and later steps have the bits of a run without',
      async () => {
        await having([3, 3], async (system, undisturbed) => {
          for (let k = 0; k < 3; k += 2) {
            const given = batch(k);
            const step = () => system.trainStep(given);
            const before = await system.state();
            const possible = await failing.count(() => undisturbed.trainStep(given));
            expect(possible).toBeGreaterThan(20);
            const held = counts();
            const points = ON_GPU ? 4 : 8;
            for (let i = 0; i < points; i++) {
              const n = Math.floor((possible * 0.97 * i) / (points - 1));
              expect(await failing.failAfter(n, step), `${n} of ${possible}`).toBeInstanceOf(Error);
              expect(counts(), `${n} of ${possible}`).toEqual(held);
              expect(await system.state()).toEqual(before);
              expect(system.stepCount).toBe(k);
            }
            dispose(tensorsOf(given));
            expect(await over(system, k, k + 2)).toEqual([
              expect.anything(),
              ...(await over(undisturbed, k + 1, k + 2)),
            ]);
            expect(await system.state()).toEqual(await undisturbed.state());
          }
        });
      },
    );

    inFull(
      'holds no tensor more at each step, and gives the same state if nothing is read',
      async () => {
        await having([3, 3], async (read, unread) => {
          for (const system of [read, unread]) await over(system, 0, 2 * PERIOD);
          const held = counts();
          await over(read, 2 * PERIOD, 3 * PERIOD);
          expect(counts()).toEqual(held);
          const losses = await over(unread, 2 * PERIOD, 3 * PERIOD, false);
          expect(losses).toEqual(losses.map(() => ({})));
          expect(await unread.state()).toEqual(await read.state());
          const next = await over(read, 3 * PERIOD, 3 * PERIOD + 1);
          expect(await over(unread, 3 * PERIOD, 3 * PERIOD + 1)).toEqual(next);
          await over(unread, 3 * PERIOD + 1, 4 * PERIOD);
          await over(read, 3 * PERIOD + 1, 4 * PERIOD);
          expect(counts()).toEqual(held);
        });
      },
    );

    inFull('leaves nothing of its own when it ends, and is refused from then on', async () => {
      const held = counts();
      const system = contract.make(3);
      await over(system, 0, 2);
      const given = batch(2);
      await system.trainStep(given, { read: false });
      const state = await system.state();
      expect(system.disposed).toBe(false);
      system.dispose();
      expect(system.disposed).toBe(true);
      const dead = new RegExp(`^${name}\\.\\w+: \`this\` must be a system that is alive`);
      await expect(system.trainStep(given)).rejects.toThrow(dead);
      await expect(system.state()).rejects.toThrow(dead);
      await expect(system.restore(state)).rejects.toThrow(dead);
      for (const call of calls) expect(() => tidy(() => void call(system))).toThrow(dead);
      for (const one of tensorsOf(given)) expect(one.isDisposed).toBe(false);
      dispose(tensorsOf(given));
      // networks stay those of whoever passed them
      for (const network of Object.values(system.networks))
        for (const weight of network.weights) expect(weight.read().isDisposed).toBe(false);
      freed(system);
      expect(counts()).toEqual(held);
    });
  });
}

/** What must not grow. */
const counts = () => ({ tensors: memory().numTensors, data: engine().backend.numDataIds() });

/** The tensors of a batch, a list of conditions among them. */
const tensorsOf = (batch: object): Tensor[] =>
  (Object.values(batch) as (Tensor | Tensor[])[]).flat();

/** Names of the parts of a state, a group's apart: `optimizer/generator`. */
function partsOf({ values, arrays }: SavedState): string[] {
  const groups = /^(?:optimizer|penalty\w*)\/[^/]+|^pool\/[ab]\b|^[^/]+/;
  const keys = [...Object.keys(values), ...Object.keys(arrays)];
  return [...new Set(keys.map((key) => groups.exec(key)![0]))];
}

/** A state without the keys of a part. */
function without({ values, arrays }: SavedState, prefix: string): SavedState {
  const cut = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => !key.startsWith(prefix)));
  return { values: cut(values), arrays: cut(arrays) };
}
