import { stack, squeeze, tensor4d, zeros } from '@tensorflow/tfjs-core';
import type { Rank } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import { resizeBilinearTF1 } from '../../src/ops/resize_bilinear_tf1.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { RESIZINGS } from '../helpers/inception.js';
import { expectNoLeak } from '../helpers/leaks.js';

describe.each(BACKENDS)('resizeBilinearTF1 on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(RESIZINGS.map((one) => [one.from.join(), one] as const))(
    '%s pixels, as torch-fidelity',
    async (_, { image, to, values }) => {
      const resized = resizeBilinearTF1(image(), to);
      expect(resized.shape).toEqual([1, ...to, 1]);
      expect(await resized.data()).toBeAllclose(values, { rtol: 1e-6 });
    },
  );

  it('takes each image and channel by itself', async () => {
    const values = fill(2 * 3 * 4 * 2, 5, 1);
    const both = tensor4d(values, [2, 3, 4, 2]);
    const one = (image: number, channel: number) =>
      values.filter((_, i) => Math.floor(i / 24) === image && i % 2 === channel);
    const alone = [0, 1].map((image) =>
      [0, 1].map((channel) => {
        const x = tensor4d(one(image, channel), [1, 3, 4, 1]);
        return squeeze(resizeBilinearTF1(x, [5, 7]), [0, 3]);
      }),
    );
    const expected = stack(alone.map((channels) => stack(channels, 2)));
    expect(await resizeBilinearTF1(both, [5, 7]).data()).toBeAllclose(await expected.data(), {
      rtol: 1e-7,
    });
  });

  it('keeps no tensors', async () => {
    const x = zeros<Rank.R4>([1, 4, 4, 3]);
    await expectNoLeak(() => resizeBilinearTF1(x, [6, 3]).dispose());
    expect(x.isDisposed).toBe(false);
  });
});
