import { add, mul, slice, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { groupNormalization } from '../../src/layers/normalization/group_normalization.js';
import { instanceNormalization } from '../../src/layers/normalization/instance_normalization.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { describeLayer } from './layer_contract.js';

describeLayer({
  name: 'groupNormalization',
  make: (options) => groupNormalization(options as never),
  options: { groups: 2, epsilon: 1e-3 },
  shape: [2, 3, 1, 4],
});

describe.each(BACKENDS)('groupNormalization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('is instance normalization with as many groups as channels', async () => {
    const x = new RandomStream(2).normal([2, 4, 3, 5], 3);
    const groups = groupNormalization({ groups: 5, affine: false });
    expect(await (groups.apply(x) as Tensor).data()).toEqual(
      await (instanceNormalization().apply(x) as Tensor).data(),
    );
    expect(groups.weights.length).toBe(0);
  });

  it('takes neighbouring channels for a group', async () => {
    const x = new RandomStream(2).normal([2, 3, 2, 6]);
    const layer = groupNormalization({ groups: 3 });
    const y = layer.apply(x) as Tensor;
    // channels 2 and 3 apart, and nothing else, are another group
    const part = (of: Tensor) => slice(of, [0, 0, 0, 2], [-1, -1, -1, 2]);
    const alone = groupNormalization({ groups: 1 }).apply(add(mul(part(x), 7), 2)) as Tensor;
    expect(await alone.data()).toBeAllclose(await part(y).data(), { rtol: 2e-5 });
  });
});

describe('groupNormalization refuses', () => {
  beforeAll(() => useBackend('cpu'));

  it.each([
    [undefined, /: `options` must be an object with the keys .*\. Received: undefined/],
    [{ groups: 0 }, /`groups` must be an integer >= 1/],
    [{ groups: 2, affine: null }, /`affine` must be true or false/],
    [{ groups: 2, epsilon: -1 }, /`epsilon` must be a finite number > 0/],
    [{ groups: 2, axis: 1 }, /Received: "axis"/],
  ])('%o', (args, message) => {
    expect(() => groupNormalization(args as never)).toThrow(message);
  });

  it('groups that do not divide the channels, and groups of one value', () => {
    expect(() => groupNormalization({ groups: 4 }).apply(zeros([1, 2, 6]))).toThrow(
      /groupNormalization: `groups` must be a divisor of the 6 channels. Received: 4/,
    );
    expect(() => groupNormalization({ groups: 2 }).apply(zeros([3, 1, 2]))).toThrow(
      /two or more values per group/,
    );
    expect(() => groupNormalization({ groups: 2 }).build([null, 2])).toThrow(/rank 3 or more/);
  });
});
