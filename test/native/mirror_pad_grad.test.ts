import { grad, memory, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { installKernels } from '../../src/kernels/install.js';
import { padByMirror } from '../../src/ops/mirror_pad.js';
import { useBackend } from '../helpers/backends.js';
import { callsOf } from './calls_of.js';

const slope = (mode: 'reflect' | 'symmetric', dy: Tensor) =>
  grad((x) => padByMirror(x, [[2, 1]], mode))(tensor([7, 8, 9]), dy);

describe('the gradient of mirror padding on libtensorflow', () => {
  beforeAll(async () => {
    await useBackend('tensorflow');
    installKernels();
  });

  it.each([
    // [9 8] 7 8 9 [8], of which 8 is copied twice; [8 7] 7 8 9 [9]
    ['reflect', [4, 2 + 8 + 32, 1 + 16]],
    ['symmetric', [2 + 4, 1 + 8, 16 + 32]],
  ] as const)('%s brings back what was copied, in one op', (mode, expected) => {
    const { numTensors } = memory();
    const { result, ops } = callsOf(() =>
      tidy(() => Array.from(slope(mode, tensor([1, 2, 4, 8, 16, 32])).dataSync())),
    );
    expect(result).toEqual(expected);
    expect(ops).toEqual(['MirrorPad', 'MirrorPadGrad']);
    expect(memory().numTensors).toBe(numTensors);
  });
});
