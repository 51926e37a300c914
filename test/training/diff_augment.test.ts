import {
  add,
  matMul,
  memory,
  mul,
  ones,
  reshape,
  square,
  tanh,
  tensor,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkGradients } from '../../src/gradcheck/check_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { diffAugment } from '../../src/training/augmentation/diff_augment.js';
import type { DiffAugmentOptions } from '../../src/training/augmentation/diff_augment.js';
import { BACKENDS, FASTEST, ON_GPU, useBackend } from '../helpers/backends.js';

const images = (batch: number, height = 5, width = 6, channels = 3) =>
  new RandomStream(4).uniform([batch, height, width, channels], -1, 1);
/** What a seed makes of images. */
const changed = (x: Tensor, options: DiffAugmentOptions, seed = 1) =>
  diffAugment(options).transform(x, new RandomStream(seed));

const POLICIES: NonNullable<DiffAugmentOptions['policy']>[] = [
  ['color'],
  ['translation'],
  ['cutout'],
  ['color', 'translation', 'cutout'],
];

describe.each(BACKENDS)('diffAugment on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(POLICIES.map((policy) => [policy.join(), policy] as const))(
    'has the slopes of finite differences at both orders: %s',
    async (_, policy) => {
      const kernel = new RandomStream(5).normal([90, 4]);
      const critic = (x: Tensor) => {
        const seen = diffAugment({ policy }).transform(x, new RandomStream(2));
        return square(tanh(matMul(reshape(seen, [-1, 90]), kernel)));
      };
      const check = await checkGradients(critic, mul(images(2), 0.1));
      expect(check.ok, check.toString()).toBe(true);
    },
  );

  it('changes each image by numbers of its own, the same for the same place of the stream', async () => {
    const x = ones([4, 5, 6, 3]);
    const stream = new RandomStream(3);
    const augment = diffAugment();
    const tensors = memory().numTensors;
    const first = augment.transform(x, stream);
    const second = augment.transform(x, stream);
    const again = augment.transform(x, new RandomStream(3));
    expect(memory().numTensors).toBe(tensors + 3);
    expect(x.isDisposed).toBe(false);
    const [a, b, c] = [await first.data(), await second.data(), await again.data()];
    expect(c).toEqual(a);
    expect(b).not.toEqual(a);
    const parts = Array.from({ length: 4 }, (_, i) => a.slice(90 * i, 90 * (i + 1)).join());
    expect(new Set(parts).size).toBe(4);
  });
});

describe.skipIf(ON_GPU)('the numbers that diffAugment draws', () => {
  beforeAll(() => useBackend(FASTEST));
  const COUNT = 3000;

  /** How often each value occurs, as a part of all. */
  function shares(values: readonly number[]): Record<number, number> {
    const counts: Record<number, number> = {};
    for (const value of values) counts[value] = (counts[value] ?? 0) + 1 / values.length;
    return counts;
  }

  it('shifts by each number of pixels up to an eighth equally often, in both directions', async () => {
    // 12 rows: ⌊1.5 + 0.5⌋ = 2; 20 columns: ⌊2.5 + 0.5⌋ = 3
    const [height, width] = [12, 20];
    const x = add(
      reshape(tensor(Float32Array.from({ length: height * width }, (_, i) => i + 1)), [
        ...[1, height, width, 1],
      ]),
      new RandomStream(1).uniform([COUNT, 1, 1, 1], 0, 0),
    );
    const moved = await changed(x, { policy: ['translation'] }).data();
    const rows: number[] = [];
    const columns: number[] = [];
    for (let k = 0; k < COUNT; k++) {
      // what is now at (5, 9) came from (5 + s, 9 + t)
      const from = moved[k * height * width + 5 * width + 9]! - 1;
      rows.push(Math.floor(from / width) - 5);
      columns.push((from % width) - 9);
    }
    const [ofRows, ofColumns] = [shares(rows), shares(columns)];
    expect(
      Object.keys(ofRows)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual([-2, -1, 0, 1, 2]);
    expect(Object.keys(ofColumns).length).toBe(7);
    for (const share of Object.values(ofRows)) expect(share).toBeAllclose(1 / 5, { atol: 0.03 });
    for (const share of Object.values(ofColumns)) expect(share).toBeAllclose(1 / 7, { atol: 0.03 });
    expect(rows.some((s, k) => s !== columns[k])).toBe(true);
  });

  it('cuts out holes that the border may cut off, and leaves all else', async () => {
    // 5 rows: ⌊2.5 + 0.5⌋ = 3, about a centre from 0 to 4; 6 columns: 3, about one from 0 to 5
    const seen = await changed(ones([COUNT, 5, 6, 1]), { policy: ['cutout'] }).data();
    const areas: number[] = [];
    for (let k = 0; k < COUNT; k++) {
      const one = seen.slice(30 * k, 30 * (k + 1));
      expect([...new Set(one)].sort()).toEqual([0, 1]);
      const holes = [...one.keys()].filter((i) => one[i] === 0);
      const rows = new Set(holes.map((i) => Math.floor(i / 6)));
      const columns = new Set(holes.map((i) => i % 6));
      expect(holes.length).toBe(rows.size * columns.size);
      areas.push(holes.length);
    }
    const found = shares(areas);
    expect(
      Object.keys(found)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual([4, 6, 9]);
    // whole: 3 of 5 rows, 4 of 6 columns
    expect(found[9]!).toBeAllclose((3 / 5) * (4 / 6), { atol: 0.03 });
  });

  it('moves colors as far as it is told, and not at all by 0', async () => {
    const x = images(3);
    const none = { brightness: 0, saturation: 0, contrast: 0 };
    const same = await changed(x, { policy: ['color'], ...none }).data();
    expect(same).toBeAllclose(await x.data(), { atol: 1e-6 });
    const bright = await changed(ones([COUNT, 1, 1, 1]), {
      policy: ['color'],
      ...{ ...none, brightness: 0.25 },
    }).data();
    expect(Math.min(...bright)).toBeAllclose(0.75, { rtol: 0, atol: 0.002 });
    expect(Math.max(...bright)).toBeAllclose(1.25, { rtol: 0, atol: 0.002 });
    // gray pixels have no saturation, flat images no contrast
    const gray = changed(ones([3, 4, 4, 3]), { policy: ['color'], ...none, saturation: 1 });
    expect(await gray.data()).toBeAllclose(await ones([3, 4, 4, 3]).data(), { atol: 1e-6 });
  });

  it('follows the order of the policy', async () => {
    const x = add(images(2), 2);
    // what is cut out first becomes bright, what is cut out last is black
    const black = async (policy: DiffAugmentOptions['policy']) =>
      (await changed(x, { policy: policy! }).data()).filter((value) => value === 0).length;
    expect(await black(['color', 'cutout'])).toBeGreaterThan(0);
    expect(await black(['cutout', 'color'])).toBe(0);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a policy in one word',
      () => diffAugment({ policy: 'color,cutout' as never }),
      /diffAugment: `policy` must be an array of at least one change/,
    ],
    ['an empty policy', () => diffAugment({ policy: [] }), /an array of at least one change/],
    [
      'an unknown change',
      () => diffAugment({ policy: ['color', 'rotation' as never] }),
      /`policy\[1\]` must be one of 'color', 'translation', 'cutout'/,
    ],
    ['a ratio above 1', () => diffAugment({ cutout: 1.5 }), /`cutout` must be .* <= 1/],
    ['a negative amount', () => diffAugment({ contrast: -1 }), /`contrast` must be .* >= 0/],
    [
      'points',
      () => diffAugment().transform(ones([4, 2]), new RandomStream(1)),
      /diffAugment\.transform: `x` must be of rank 4/,
    ],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});
