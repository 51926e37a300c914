import {
  avgPool,
  avgPool3d,
  grad,
  maxPool,
  maxPool3d,
  sum,
  tensor,
  tensor4d,
  mul,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { useBackend } from '../helpers/backends.js';
import { fc } from '../helpers/properties.js';
import { normal } from '../kernels/on_both_backends.js';

type Pad = 'same' | 'valid' | number;
type Rounding = 'floor' | 'ceil' | undefined;
interface Pooling {
  readonly image: number[];
  readonly window: number[];
  readonly strides: number[];
  readonly pad: Pad;
  readonly rounding: Rounding;
}
type Pool = (x: Tensor, pooling: Pooling) => Tensor;

const POOLS: Record<string, Pool> = {
  avgPool: (x, { window, strides, pad, rounding }) =>
    avgPool(x as Tensor4D, window as [number, number], strides as [number, number], pad, rounding),
  maxPool: (x, { window, strides, pad, rounding }) =>
    maxPool(x as Tensor4D, window as [number, number], strides as [number, number], pad, rounding),
  avgPool3d: (x, { window, strides, pad, rounding }) =>
    avgPool3d(
      x as Tensor5D,
      window as [number, number, number],
      strides as [number, number, number],
      pad,
      rounding,
    ),
  maxPool3d: (x, { window, strides, pad, rounding }) =>
    maxPool3d(
      x as Tensor5D,
      window as [number, number, number],
      strides as [number, number, number],
      pad,
      rounding,
    ),
};

const to = (max: number) => fc.integer({ min: 1, max });
const axes = (rank: number, max: number) => fc.array(to(max), { minLength: rank, maxLength: rank });

/** Windows that see at least one pixel each. */
const poolings = (rank: number): fc.Arbitrary<Pooling> =>
  fc
    .record({
      batch: to(2),
      image: axes(rank, 7),
      channels: to(3),
      window: axes(rank, 3),
      strides: axes(rank, 3),
      pad: fc.oneof(fc.constantFrom<Pad>('same', 'valid'), fc.nat(2)),
      rounding: fc.constantFrom<Rounding>(undefined, 'floor', 'ceil'),
    })
    .map(({ batch, image, channels, pad, rounding, window, strides }) => {
      // tfjs counts the windows of every axis by the first of them where it pads by a number
      const square = (sizes: number[]) =>
        typeof pad === 'number' ? sizes.map(() => sizes[0]!) : sizes;
      return {
        image: [batch, ...image, channels],
        pad,
        rounding: typeof pad === 'number' ? rounding : undefined,
        window: square(window),
        // and 'same' with windows that lie apart begins elsewhere in three dimensions on cpu
        strides: square(strides).map((stride, i) =>
          pad === 'same' ? Math.min(stride, window[i]!) : stride,
        ),
      };
    })
    .filter(({ image, window, strides, pad, rounding }) =>
      image.slice(1, -1).every((size, i) => {
        const before = typeof pad === 'number' ? pad : 0;
        if (pad === 'same') return true;
        const round = rounding === 'ceil' ? Math.ceil : Math.floor;
        const windows = 1 + round((size + 2 * before - window[i]!) / strides[i]!);
        const last = (windows - 1) * strides[i]! - before;
        return size + 2 * before >= window[i]! && windows > 0 && before < window[i]! && last < size;
      }),
    );

async function pooled(backend: 'cpu' | 'tensorflow', pool: Pool, pooling: Pooling) {
  await useBackend(backend);
  return tidy(() => {
    const { values } = normal('pooled', pooling.image);
    // few values, so that there are ties
    const x = tensor(
      values.map((value) => Math.round(2 * value)),
      pooling.image,
    );
    const y = pool(x, pooling);
    const weights = tensor(normal('weights', y.shape).values, y.shape);
    const dx = grad((x: Tensor) => sum(mul(pool(x, pooling), weights)))(x);
    return { y: y.dataSync(), shape: y.shape, dx: dx.dataSync() };
  });
}

describe('pooling on libtensorflow', () => {
  beforeAll(async () => {
    await useBackend('tensorflow');
    enableSecondOrderGradients();
  });

  it.each(Object.entries(POOLS))('%s and its gradient equal cpu', async (name, pool) => {
    await fc.assert(
      fc.asyncProperty(poolings(name.endsWith('3d') ? 3 : 2), async (pooling) => {
        const cpu = await pooled('cpu', pool, pooling);
        const { y, shape, dx } = await pooled('tensorflow', pool, pooling);
        expect(shape).toEqual(cpu.shape);
        expect(y).toBeAllclose(cpu.y, { rtol: 1e-6, atol: 1e-6 });
        // tfjs forgets in two dimensions that it rounded up
        if (pooling.rounding !== 'ceil')
          expect(dx).toBeAllclose(cpu.dx, { rtol: 1e-6, atol: 1e-6 });
      }),
      { seed: 2026, numRuns: 150 },
    );
  });

  it('has a gradient in windows that hang over the edge', async () => {
    // 3 by 3 pixels, windows of 2 by 2 in steps of 2: but for the first they see two pixels, two and one
    await useBackend('tensorflow');
    const x = tensor4d([9, 1, 8, 2, 3, 4, 5, 6, 7], [1, 3, 3, 1]);
    const both = (pool: typeof avgPool) => [
      [...pool(x, 2, 2, 0, 'ceil').dataSync()],
      [...grad((x: Tensor) => sum(pool(x as Tensor4D, 2, 2, 0, 'ceil')))(x).dataSync()],
    ];
    expect(both(avgPool)).toEqual([
      [3.75, 6, 5.5, 7],
      [0.25, 0.25, 0.5, 0.25, 0.25, 0.5, 0.5, 0.5, 1],
    ]);
    expect(both(maxPool)).toEqual([
      [9, 8, 6, 7],
      [1, 0, 1, 0, 0, 0, 0, 1, 1],
    ]);
  });
});
