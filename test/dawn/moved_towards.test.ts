import { memory, scalar, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { movedTowards } from '../../src/kernels/moved_towards.js';
import { useBackend } from '../helpers/backends.js';
import { kernelsOf } from '../training/optimizer_runs.js';

describe('an average that moves on webgpu', () => {
  beforeAll(() => useBackend('webgpu'));

  it('moves by a share of the way in one kernel, and keeps NaN', async () => {
    const [a, b, share] = [tensor([1, 2, 3, NaN]), tensor([5, NaN, 3, 1]), scalar(0.25)];
    const before = memory().numTensors;
    const y = movedTowards(a, b, share);
    expect([...(await y.data())]).toEqual([2, NaN, 3, NaN]);
    y.dispose();
    expect(memory().numTensors).toBe(before);
    expect(kernelsOf(() => movedTowards(a, b, share))).toEqual({ GanKitMovedTowards: 1 });
  });
});
