import { cast, div, equal, mul, reshape, sum, tidy, util } from '@tensorflow/tfjs-core';
import { stopGradient } from '../ops/stop_gradient.js';
import { gradFunc } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

interface ReductionAttrs {
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[];
}

/**
 * Makes dx = dy / n for each of the n elements that are the extreme, as in torch.amax. tfjs gives the
 * whole dy to each of them, n times the slope: 4 behind an upsampling.
 *
 * Nothing equals the extreme if x holds NaN, and all is 0 · dy / 0, NaN.
 */
const extreme = (kernelName: 'Max' | 'Min'): GradientRepair => ({
  kernelName,
  make: () => ({
    kernelName,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: gradFunc<ReductionAttrs>((dy, [x, y], attrs) => ({
      x: () =>
        tidy(() => {
          const axes = util.parseAxisParam(attrs.reductionIndices ?? attrs.axis!, x!.shape);
          const kept = x!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
          // times 1, because on webgpu a cast mask keeps its integers, which a sum refuses
          const is = stopGradient(() => mul(cast(equal(x!, reshape(y!, kept)), 'float32'), 1));
          const n = stopGradient(() => sum(is, axes, true));
          return mul(div(reshape(dy, kept), n), is);
        }),
    })),
  }),
});

/** The gradients of the largest and the smallest along axes. */
export const extremes: readonly GradientRepair[] = [extreme('Max'), extreme('Min')];
