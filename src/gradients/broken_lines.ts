import { mul } from '@tensorflow/tfjs-core';
import { hasBrokenSlope } from '../kernels/broken_slope.js';
import { brokenSlope } from './broken_slope.js';
import { oneOrNaN } from '../ops/one_or_nan.js';
import { gradFunc, stockGradient } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

/** Makes the slope NaN where x is NaN; tfjs compares x with the corners, and returns 0 or one side's slope. */
const losing = (kernelName: string, x: string): GradientRepair => ({
  kernelName,
  make: (stock) => ({
    ...stock,
    gradFunc: gradFunc((dy, saved, attrs) => {
      const stockOf = stockGradient(stock)(dy, saved, attrs);
      return { ...stockOf, [x]: () => mul(stockOf[x]!(), oneOrNaN(saved[0]!)) };
    }),
  }),
});

/**
 * dy · (y > 0): that of tfjs, in one pass where a kernel of ours is. It needs y, not x, which is positive in the same
 * places: the next layer holds y anyway.
 */
const relu: GradientRepair = {
  kernelName: 'Relu',
  make: (stock) => ({
    kernelName: 'Relu',
    outputsToSave: [true],
    gradFunc: gradFunc((dy, saved, attrs) =>
      hasBrokenSlope()
        ? { x: () => brokenSlope(dy, saved[0]!, 0) }
        : stockGradient(stock)(dy, saved, attrs),
    ),
  }),
};

/** dy · (x > 0 ? 1 : α): the products of tfjs, but NaN where x is NaN. */
const leakyRelu: GradientRepair = {
  kernelName: 'LeakyRelu',
  make: () => ({
    kernelName: 'LeakyRelu',
    inputsToSave: ['x'],
    gradFunc: gradFunc<{ alpha: number }>((dy, [x], { alpha }) => ({
      x: () => brokenSlope(dy, x!, alpha),
    })),
  }),
};

/** Functions with corners, whose slope at NaN is NaN. */
export const brokenLines: readonly GradientRepair[] = [
  losing('ClipByValue', 'x'),
  losing('MaxPool', 'x'),
  losing('MaxPool3D', 'x'),
  losing('Prelu', 'x'),
  relu,
  leakyRelu,
];
