import { grad, mirrorPad, sum, tensor4d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { foldMirrored, padByMirror } from '../../src/ops/mirror_pad.js';
import { RandomStream } from '../../src/internal/random.js';
import { reflectionPadding2d } from '../../src/layers/reflection_padding_2d.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { describeLayer } from './layer_contract.js';

describeLayer({
  name: 'reflectionPadding2d',
  make: (options) => reflectionPadding2d(options as never),
  options: {
    mode: 'symmetric',
    padding: [
      [1, 2],
      [0, 3],
    ],
  },
  shape: [2, 3, 4, 2],
});

describe.each(BACKENDS)('reflectionPadding2d on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('gives a pixel back what its mirror images contribute', async () => {
    // [1, 2, 3] by one: the middle is shown three times
    const layer = reflectionPadding2d({
      padding: [
        [0, 0],
        [1, 1],
      ],
    });
    const slope = grad((x) => sum(layer.apply(x) as Tensor));
    expect(Array.from(await slope(tensor4d([1, 2, 3], [1, 1, 3, 1])).data())).toEqual([1, 3, 1]);
  });

  // borders that overlap in the image, that touch, and that do not
  it.each(['reflect', 'symmetric'] as const)('is the adjoint of its padding, %s', async (mode) => {
    const stream = new RandomStream(7);
    for (const [size, before, after] of [
      [5, 4, 3],
      [5, 2, 2],
      [6, 2, 2],
      [9, 3, 2],
      [4, 0, 3],
      [4, 2, 0],
      [2, 1, 1],
    ] as const) {
      const x = stream.normal([size, 2]);
      const dy = stream.normal([before + size + after, 2]);
      const sides = [[before, after] as [number, number], [0, 0] as [number, number]];
      const y = await mirrorPad(x, sides, mode).data();
      const dx = await foldMirrored(dy, sides, mode).data();
      const [right, values] = [await dy.data(), await x.data()];
      const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
        Array.from(a).reduce((total, value, i) => total + value * b[i]!, 0);
      expect(dot(dx, values)).toBeAllclose(dot(right, y), { rtol: 1e-5, atol: 1e-5 });
      expect(await padByMirror(x, sides, mode).data()).toEqual(y);
    }
  });
});

describe('reflectionPadding2d refuses', () => {
  beforeAll(() => useBackend('cpu'));

  it.each([
    [{ padding: -1 }, /reflectionPadding2d: `padding` must be an integer >= 0/],
    [{ padding: 1.5 }, /`padding` must be an integer >= 0/],
    [
      { padding: [1, 2] },
      /an integer >= 0 or \[\[top, bottom\], \[left, right\]\]. Received: \[1, 2\]/,
    ],
    [{ padding: [[1, 2], [1]] }, /\[\[top, bottom\], \[left, right\]\]/],
    [
      {
        padding: [
          [1, 2],
          [1, -2],
        ],
      },
      /\[\[top, bottom\], \[left, right\]\]/,
    ],
    [{}, /`padding` must be/],
    [undefined, /: `options` must be an object with the keys .*\. Received: undefined/],
    [{ padding: 1, mode: 'constant' }, /`mode` must be one of 'reflect', 'symmetric'/],
    [{ padding: 1, size: 1 }, /Received: "size"/],
  ])('%o', (args, message) => {
    expect(() => reflectionPadding2d(args as never)).toThrow(message);
  });

  it('images that have no such pixels', () => {
    const layer = reflectionPadding2d({ padding: 3 });
    expect(() => layer.apply(zeros([1, 4, 3, 2]))).toThrow(
      /`inputShape` must be \[batch, height, width, channels\] of 4 × 4 or more pixels. Received: \[1, 4, 3, 2\]/,
    );
    expect(layer.computeOutputShape([null, null, 4, 2])).toEqual([null, null, 10, 2]);
    const beside = reflectionPadding2d({ padding: 3, mode: 'symmetric' });
    expect(beside.computeOutputShape([null, 3, 3, 2])).toEqual([null, 9, 9, 2]);
    expect(() => layer.apply(zeros([4, 4]))).toThrow(/\[batch, height, width, channels\]/);
  });
});
