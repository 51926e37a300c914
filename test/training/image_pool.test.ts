import {
  concat,
  keep,
  memory,
  ones,
  sum,
  tensor,
  tidy,
  valueAndGrad,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Rank, Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImagePool } from '../../src/training/history/image_pool.js';
import type { SavedState } from '../../src/types.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { REFERENCE } from './pool_cases.js';

/** A pool that decides as it is told. */
class ToldPool extends ImagePool {
  readonly decisions: (number | null)[];
  constructor(size: number, decisions: readonly (number | null)[]) {
    super({ size });
    this.decisions = [...decisions];
  }
  protected override choose(): number | undefined {
    const decision = this.decisions.shift();
    if (decision === undefined) throw new Error('one decision too many was asked for');
    return decision ?? undefined;
  }
}

/** Image k is k + 0.25, k + 0.5, …, as in tools/parity/image_pool.py but [2, 2, 1]. */
const batch = (first: number, count: number): Tensor4D =>
  tensor(
    Array.from({ length: 4 * count }, (_, i) => first + Math.floor(i / 4) + ((i % 4) + 1) / 4),
    [count, 2, 2, 1],
  );
const whole = (numbers: readonly number[]) =>
  numbers.flatMap((k) => [0.25, 0.5, 0.75, 1].map((part) => k + part));

/** Asks for images first … last − 1, one after another; which ones came back? */
async function shownOf(pool: ImagePool, first: number, last: number, size = 1): Promise<number[]> {
  const shown: number[] = [];
  for (let k = first; k < last; k += size) {
    const images = batch(k, size);
    const result = pool.query(images);
    const values = await result.data();
    for (let i = 0; i < values.length; i += 4) shown.push(values[i]! - 0.25);
    expect([...values]).toEqual(whole(shown.slice(-size)));
    result.dispose();
    images.dispose();
  }
  return shown;
}

const heldBy = async (pool: ImagePool) => [...((await pool.state()).arrays['images']?.data ?? [])];
const reread = ({ values, arrays }: SavedState): SavedState => ({
  values: JSON.parse(JSON.stringify(values)) as SavedState['values'],
  arrays: structuredClone(arrays),
});

describe.each(BACKENDS)('ImagePool on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.entries(REFERENCE))(
    'returns and holds what the reference does: %s',
    async (_, one) => {
      const before = memory().numTensors;
      const pool = new ToldPool(one.size, one.decisions);
      let first = 0;
      for (const [i, count] of one.batches.entries()) {
        expect(await shownOf(pool, first, first + count, count)).toEqual(one.returned[i]);
        first += count;
        expect(memory().numTensors).toBe(before + Math.min(first, one.size));
      }
      expect(pool.decisions).toEqual([]);
      expect(await heldBy(pool)).toEqual(whole(one.held));
      expect(pool.count).toBe(one.held.length);
      pool.dispose();
      expect(memory().numTensors).toBe(before);
    },
  );

  it('exchanges half of the images, from everywhere, as its seed says', async () => {
    const pool = new ImagePool({ size: 10, seed: 5 });
    const shown = await shownOf(pool, 0, 410, 10);
    const old = shown.flatMap((k, i) => (k === i ? [] : [k]));
    expect(shown.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(Math.abs(old.length / 400 - 0.5)).toBeLessThan(0.075); // three deviations
    expect(new Set(shown.slice(10)).size).toBe(400); // one that came back is held no longer
    const ages = old.map((k) => shown.lastIndexOf(k) - k);
    expect(Math.abs(ages.reduce((a, b) => a + b) / ages.length - 20)).toBeLessThan(5); // geometric
    const again = new ImagePool({ size: 10, seed: 5 });
    const other = new ImagePool({ size: 10, seed: 6 });
    expect(await shownOf(again, 0, 410, 5)).toEqual(shown); // however it comes in batches
    expect(await shownOf(other, 0, 410, 10)).not.toEqual(shown);
    [pool, again, other].forEach((one) => one.dispose());
  });

  it('returns tensors of its own, and keeps those it holds through tidy', async () => {
    for (const size of [0, 3, 4]) {
      const pool = new ImagePool({ size, seed: 1 });
      const images = batch(0, 3);
      const result = tidy(() => keep(pool.query(images)));
      expect(await result.data()).toEqual(Float32Array.from(whole([0, 1, 2])));
      images.dispose();
      expect(result.isDisposed).toBe(false);
      result.dispose();
      expect(await heldBy(pool)).toEqual(whole([0, 1, 2].slice(0, size)));
      pool.dispose();
    }
  });

  it('lets no gradient through', async () => {
    for (const size of [0, 2]) {
      const pool = new ImagePool({ size });
      const slope = valueAndGrad((x: Tensor) =>
        sum<Scalar>(concat([pool.query(x as Tensor4D), x], 0)),
      );
      const x = batch(0, 1);
      const { value, grad } = slope(x);
      expect(await value.data()).toEqual(Float32Array.of(2 * 2.5));
      expect([...(await grad.data())]).toEqual([1, 1, 1, 1]);
      [x, value, grad].forEach((one) => one.dispose());
      expect(await heldBy(pool)).toEqual(size === 0 ? [] : whole([0]));
      pool.dispose();
    }
  });

  it('goes on from a state as if it had never stopped, filled or not', async () => {
    for (const [stop, end] of [
      [3, 30],
      [20, 60],
    ] as const) {
      const straight = new ImagePool({ size: 6, seed: 8 });
      const expected = await shownOf(straight, 0, end);
      const first = new ImagePool({ size: 6, seed: 8 });
      await shownOf(first, 0, stop);
      const state = reread(await first.state());
      const second = new ImagePool({ size: 6, seed: 99 });
      await shownOf(second, 500, 509);
      await second.restore(state);
      expect(second.count).toBe(Math.min(stop, 6));
      expect(await shownOf(second, stop, end)).toEqual(expected.slice(stop));
      expect(await second.state()).toEqual(await straight.state());
      await second.restore(state); // a state is not used up
      expect(await shownOf(second, stop, end)).toEqual(expected.slice(stop));
      [straight, first, second].forEach((one) => one.dispose());
    }
  });

  it('goes back to a savepoint, or lets go of it', async () => {
    const before = memory().numTensors;
    const pool = new ImagePool({ size: 3, seed: 2 });
    await shownOf(pool, 0, 8);
    const state = await pool.state();
    const savepoint = pool.savepoint();
    const shown = await shownOf(pool, 8, 16);
    savepoint.rollback();
    expect(await pool.state()).toEqual(state);
    const next = pool.savepoint();
    expect(await shownOf(pool, 8, 16)).toEqual(shown);
    next.release();
    pool.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('holds images of several sizes that come one at a time', async () => {
    const pool = new ImagePool({ size: 3, seed: 4 });
    const sizes = [2, 3, 4, 5, 6, 7, 8, 9];
    const query = (size: number) => {
      const image = ones<Rank.R4>([1, size, 2, 1]);
      const shown = pool.query(image);
      const { shape } = shown;
      shown.dispose();
      image.dispose();
      return shape[1];
    };
    const shown = sizes.map(query);
    expect(shown.slice(0, 3)).toEqual([2, 3, 4]);
    expect(shown.some((size, i) => size !== sizes[i])).toBe(true);
    expect(() => pool.query(ones([2, 9, 2, 1]))).toThrow(/Images of several sizes.* one at a time/);
    const state = await pool.state();
    const other = new ImagePool({ size: 3 });
    await other.restore(structuredClone(state));
    expect(await other.state()).toEqual(state);
    await expectNoLeak(() => void sizes.map(query), 20);
    await expectNoLeak(async () => pool.restore(await pool.state()));
    pool.dispose();
    other.dispose();
  });

  it('keeps no tensors but its images', async () => {
    const pool = new ImagePool({ size: 4 });
    await shownOf(pool, 0, 6);
    const images = batch(0, 3);
    await expectNoLeak(() => pool.query(images).dispose(), 50);
    await expectNoLeak(() => tidy(() => void pool.query(images)), 20);
    await expectNoLeak(async () => pool.restore(await pool.state()));
    images.dispose();
    pool.dispose();
  });
});

describe('ImagePool', () => {
  beforeAll(() => useBackend('cpu'));

  it.each<[unknown, RegExp]>([
    [{ size: -1 }, /^ImagePool: `size` must be an integer >= 0\. Received: -1/],
    [{ size: 2.5 }, /`size` must be an integer/],
    [{ seed: -1 }, /^ImagePool: `seed` must be an integer >= 0/],
    [{ capacity: 3 }, /with the keys size, seed/],
  ])('refuses the options %o', (options, message) => {
    expect(() => new ImagePool(options as object)).toThrow(message);
  });

  it('refuses images that do not fit, and stays as it was', async () => {
    const pool = new ImagePool({ size: 3 });
    const wrong: [unknown, RegExp][] = [
      [
        ones([2, 2, 1]),
        /^ImagePool.query: `images` must be of rank 4\. Received: Tensor \(shape \[2,2,1\]/,
      ],
      [zeros([0, 2, 2, 1]), /`images` must be at least one image/],
      [ones([1, 2, 2, 1], 'int32'), /`images` must be of dtype float32/],
      [[1], /`images` must be a tensor/],
    ];
    for (const [images, message] of wrong)
      expect(() => pool.query(images as Tensor4D)).toThrow(message);
    await shownOf(pool, 0, 5);
    const state = await pool.state();
    for (const shape of [
      [2, 2, 3, 1],
      [1, 2, 2, 3],
    ] as const)
      expect(() => pool.query(ones([...shape]))).toThrow(
        /`images` must be of shape \[\?,2,2,1\], as those held/,
      );
    expect(await pool.state()).toEqual(state);
  });

  it('refuses a state that does not fit, and stays as it was', async () => {
    const pool = new ImagePool({ size: 3 });
    await shownOf(pool, 0, 5);
    const state = await pool.state();
    const { images } = state.arrays as { images: { data: Float32Array; shape: number[] } };
    const change = (values: object): SavedState => ({ ...state, values: { ...state.values, ...values } }); // prettier-ignore
    const wrong: [SavedState, RegExp][] = [
      [change({ size: 4 }), /^ImagePool.restore: `state.values\['size'\]` must be 3, as here/],
      [change({ count: 4 }), /`state.values\['count'\]` must be at most 3/],
      [change({ count: 2 }), /`state.arrays\['images'\]` must be of shape \[2,\?,\?,\?\]/],
      [change({ 'random/counter': null }), /`state.values\['counter'\]` must be an integer >= 0/],
      [{ ...state, arrays: {} }, /`state.arrays\['images'\]` must be present/],
      [{ ...state, arrays: { images: { ...images, shape: [12] } } }, /must be of shape/],
      [{ ...state, arrays: { 'images/0': images } }, /'images\/0'\]` must be of shape \[1,/],
    ];
    for (const [other, message] of wrong) {
      await expect(pool.restore(other)).rejects.toThrow(message);
      expect(await pool.state()).toEqual(state);
    }
  });

  it('is of no use after dispose', async () => {
    const pool = new ImagePool();
    const state = await pool.state();
    pool.dispose();
    pool.dispose();
    expect(() => pool.query(batch(0, 1))).toThrow(/^ImagePool.query: `this` must be alive/);
    await expect(pool.state()).rejects.toThrow(/alive/);
    await expect(pool.restore(state)).rejects.toThrow(/alive/);
  });
});
