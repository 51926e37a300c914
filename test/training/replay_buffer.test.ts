import {
  add,
  cast,
  dispose,
  memory,
  mul,
  variable,
  ones,
  scalar,
  sum,
  tensor,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../../src/training/history/exchange.js';
import { ReplayBuffer } from '../../src/training/history/replay_buffer.js';
import type { SavedState } from '../../src/types.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { REFERENCE } from './pool_cases.js';

describe('exchange', () => {
  it.each(Object.entries(REFERENCE))('shows and keeps what the reference does: %s', (_, told) => {
    const decisions = [...told.decisions];
    let held: number[] = [];
    let next = 0;
    told.batches.forEach((count, k) => {
      const arrivals = Array.from({ length: count }, () => next++);
      const result = exchange(held, arrivals, told.size, () => decisions.shift() ?? undefined);
      held = result.held;
      expect(result.shown).toEqual(told.returned[k]);
    });
    expect(held).toEqual(told.held);
    expect(decisions).toEqual([]);
  });
});

/** Sample k is (k, k + ½), its label k modulo 3. */
const batch = (first: number, count: number): [Tensor, Tensor] => {
  const numbers = Array.from({ length: count }, (_, i) => first + i);
  return [
    tensor(
      numbers.flatMap((k) => [k, k + 0.5]),
      [count, 2],
    ),
    tensor(
      numbers.map((k) => k % 3),
      [count, 1],
      'int32',
    ),
  ];
};

/** Shows samples first … last − 1 in batches of four; which ones came back, each with its label? */
async function shownOf(buffer: ReplayBuffer, first: number, last: number): Promise<number[]> {
  const shown: number[] = [];
  for (let k = first; k < last; k += 4) {
    const [x, label] = batch(k, 4);
    const { samples, condition } = buffer.query(x, label);
    const values = await samples.data();
    const labels = await condition[0]!.data();
    expect(condition[0]!.dtype).toBe('int32');
    for (let i = 0; i < 4; i++) {
      expect(values[2 * i + 1]).toBe(values[2 * i]! + 0.5);
      expect(labels[i]).toBe(values[2 * i]! % 3);
      shown.push(values[2 * i]!);
    }
    for (const one of [x, label, samples, ...condition]) {
      expect(one.isDisposed).toBe(false);
      one.dispose();
    }
  }
  return shown;
}

describe.each(BACKENDS)('a ReplayBuffer on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('shows older samples with their labels, about `share` of them once it is full', async () => {
    const held = memory().numTensors;
    for (const share of [0, 0.25, 1]) {
      const buffer = new ReplayBuffer({ size: 10, share, seed: 3 });
      const early = await shownOf(buffer, 0, 8);
      expect(early).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      const shown = await shownOf(buffer, 8, 408);
      expect(buffer.count).toBe(10);
      const old = shown.filter((k, i) => k !== 8 + i).length / 400;
      expect(Math.abs(old - share)).toBeLessThan(0.06);
      const later = shown.filter((k) => k > 9); // that found the buffer full, and are shown once
      expect(new Set(later).size).toBe(later.length);
      buffer.dispose();
    }
    expect(memory().numTensors).toBe(held);
  });

  it('goes on from a state bit for bit, and refuses one that does not fit', async () => {
    const [one, two] = [0, 9].map((seed) => new ReplayBuffer({ size: 6, seed })) as [
      ReplayBuffer,
      ReplayBuffer,
    ];
    await shownOf(one, 0, 20);
    await shownOf(two, 40, 48);
    const state = await one.state();
    await two.restore(state);
    expect(await two.state()).toEqual(state);
    expect(await shownOf(two, 20, 60)).toEqual(await shownOf(one, 20, 60));
    const before = await two.state();
    const changed = (change: Partial<SavedState['values']>, arrays = state.arrays) => ({
      values: { ...state.values, ...change } as SavedState['values'],
      arrays,
    });
    await expect(two.restore(changed({ size: 7 }))).rejects.toThrow("`state.values['size']`");
    await expect(two.restore(changed({}, {}))).rejects.toThrow("`state.arrays['0']`");
    const row = { shape: [1, 2], data: new Float32Array(2) };
    await expect(two.restore(changed({}, { ...state.arrays, '0': row }))).rejects.toThrow(
      'all alike',
    );
    expect(await two.state()).toEqual(before);
    one.dispose();
    two.dispose();
    expect(() => one.query(ones([1, 2]))).toThrow('alive');
  });

  it('goes back to a savepoint, and is a constant for every gradient', async () => {
    const buffer = new ReplayBuffer({ size: 6, seed: 1 });
    await shownOf(buffer, 0, 8);
    const state = await buffer.state();
    const savepoint = buffer.savepoint();
    const shown = await shownOf(buffer, 8, 24);
    savepoint.rollback();
    expect(await buffer.state()).toEqual(state);
    expect(await shownOf(buffer, 8, 24)).toEqual(shown);
    const w = variable(scalar(2));
    const label = tensor([0, 1], [2, 1], 'int32');
    const loss = (): Scalar =>
      add(sum(buffer.query(mul(ones([2, 2]), w), label).samples), mul(w, 3));
    const { value, grads } = variableGrads(loss, [w]);
    expect(await grads[w.name]!.data()).toEqual(Float32Array.of(3));
    dispose([value, grads, label] as never);
    w.dispose();
    buffer.dispose();
  });

  it('refuses samples that those held could not stand in for', () => {
    const buffer = new ReplayBuffer({ size: 6 });
    tidy(() => {
      buffer.query(...batch(0, 2));
      const [x, label] = batch(2, 2);
      expect(() => buffer.query(x)).toThrow('`condition` must be 1 of them, as held');
      expect(() => buffer.query(ones([2, 3]), label)).toThrow('`samples` must');
      expect(() => buffer.query(x, cast(label, 'float32'))).toThrow('`condition[0]` must be int32');
      expect(() => buffer.query(x, batch(0, 3)[1])).toThrow('one row for each of 2');
      expect(() => buffer.query(ones([0, 2]), label)).toThrow('at least one sample');
    });
    expect(buffer.count).toBe(2);
    buffer.dispose();
    expect(() => new ReplayBuffer({ size: 0 })).toThrow('`size` must be');
    expect(() => new ReplayBuffer({ size: 4, share: 2 })).toThrow('`share` must be');
  });
});
