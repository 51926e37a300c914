import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { NAN_KINDS, withNaN } from '../helpers/produced_nan.js';
import type { NaNKind } from '../helpers/produced_nan.js';
import { LENGTH, NAN_TABLE } from './nan_table.js';
import type { NaNEntry } from './nan_table.js';

/** In the part that vector units take, and behind it. */
const PLACES = [1, 6, 18, 36];
const VALUES = Float32Array.from({ length: LENGTH }, (_, i) => 0.1 + 2 * Math.sin(i * 1.7));

async function values(compute: () => Tensor): Promise<Float32Array> {
  const y = tf.tidy(compute);
  try {
    return Float32Array.from(await y.data());
  } finally {
    y.dispose();
  }
}

/** Where the results are NaN, with NaN of that kind at the places, and where they are without. */
async function notNumbers(
  f: (x: Tensor) => Tensor,
  kind: NaNKind,
): Promise<{ with: number[]; without: number[] }> {
  const places = (of: Float32Array) => [...of.keys()].filter((i) => Number.isNaN(of[i]));
  return {
    with: places(await values(() => f(withNaN(kind, VALUES, PLACES)))),
    without: places(await values(() => f(tf.tensor(VALUES)))),
  };
}

async function expectKept(f: (x: Tensor) => Tensor, kind: NaNKind, spreads = false): Promise<void> {
  const found = await notNumbers(f, kind);
  const kept = found.with.filter((i) =>
    spreads ? PLACES.includes(i) : !found.without.includes(i) || PLACES.includes(i),
  );
  expect([kind, ...kept]).toEqual([kind, ...PLACES]);
}

const slope =
  ({ f }: NaNEntry) =>
  (x: Tensor): Tensor =>
    tf.grad((x: Tensor) => tf.sum(f(x)))(x);

describe.each(BACKENDS)('NaN on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients();
  });

  it.each(NAN_TABLE.map((entry) => [entry.name, entry] as const))(
    'stays NaN in %s',
    async (_, entry) => {
      for (const kind of NAN_KINDS) {
        await expectKept(entry.f, kind, entry.spreads);
        if (entry.slope) await expectKept(slope(entry), kind);
      }
    },
  );

  it('is neither equal, nor less, nor greater', async () => {
    for (const kind of NAN_KINDS) {
      const compare = async (f: (a: Tensor, b: Tensor) => Tensor) =>
        (await values(() => f(withNaN(kind, VALUES, PLACES), tf.tensor(VALUES)))).filter((_, i) =>
          PLACES.includes(i),
        );
      for (const op of [tf.equal, tf.less, tf.lessEqual, tf.greater, tf.greaterEqual])
        expect(await compare(op)).toEqual(Float32Array.of(0, 0, 0, 0));
      expect(await compare(tf.notEqual)).toEqual(Float32Array.of(1, 1, 1, 1));
    }
  });

  it('comes of infinities within a sum', async () => {
    const x = () => tf.tensor4d([Infinity, -Infinity, -Infinity, 1], [2, 1, 2, 1]);
    const filter = () => tf.ones<tf.Rank.R4>([1, 2, 1, 1]);
    const sums: (() => Tensor)[] = [
      () => tf.avgPool(x(), [1, 2], 1, 'valid'),
      () => tf.depthwiseConv2d(x(), filter(), 1, 'valid'),
      () =>
        tf.fused.depthwiseConv2d({
          x: x(),
          filter: filter(),
          strides: 1,
          pad: 'valid',
          bias: tf.tensor1d([2]),
        }),
      () => tf.conv2d(x(), filter(), 1, 'valid'),
    ];
    for (const sum of sums) expect([...(await values(sum))]).toEqual([NaN, -Infinity]);
  });

  it('is no reason for another result elsewhere, or for a tensor that stays', async () => {
    for (const { f, name, spreads = false } of NAN_TABLE) {
      if (spreads) continue;
      const clean = await values(() => f(tf.tensor(VALUES)));
      const dirty = await values(() => f(withNaN('∞ − ∞', VALUES, PLACES)));
      const apart = (y: Float32Array) => [...y].filter((_, i) => !PLACES.includes(i));
      expect([name, ...apart(dirty)]).toEqual([name, ...apart(clean)]);
    }
    const x = withNaN('∞ − ∞', VALUES, PLACES);
    for (const { f } of NAN_TABLE) await expectNoLeak(() => tf.tidy(() => void f(x)), 1);
    x.dispose();
  });
});
