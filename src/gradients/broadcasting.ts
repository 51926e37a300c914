import { broadcast_util, maximum, mul, reshape, sum } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { oneOrNaN } from '../ops/one_or_nan.js';
import { gradFunc, stockGradient } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

/** Sums over the axes along which `input` was repeated. */
function unbroadcast(dx: Tensor, input: Tensor): Tensor {
  const axes = broadcast_util.getReductionAxes(input.shape, dx.shape);
  return axes.length === 0 && dx.rank === input.rank ? dx : reshape(sum(dx, axes), input.shape);
}

/** Returns dy, but NaN where an operand is NaN: neither of two incomparable ones would get a slope. */
const ofComparable = (dy: Tensor, [a, b]: Tensor[]): Tensor => mul(dy, oneOrNaN(maximum(a!, b!)));

/** Sums over the axes of a repeated operand, which tfjs forgets, so that it throws. */
const unbroadcasting = (
  kernelName: string,
  outer: (dy: Tensor, operands: Tensor[]) => Tensor = (dy) => dy,
): GradientRepair => ({
  kernelName,
  make: (stock) => ({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: gradFunc((dy, saved, attrs) => {
      const stockOf = stockGradient(stock)(outer(dy, saved), saved, attrs);
      const [a, b] = saved;
      return {
        a: () => unbroadcast(stockOf['a']!(), a!),
        b: () => unbroadcast(stockOf['b']!(), b!),
      };
    }),
  }),
});

/** Gradients for operands of two shapes. */
export const broadcasting: readonly GradientRepair[] = [
  unbroadcasting('Maximum', ofComparable),
  unbroadcasting('Minimum', ofComparable),
  unbroadcasting('SquaredDifference'),
];
