import { broadcast_util, reshape, sum } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { gradFunc, stockGradient } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

/** Sums over the axes along which `input` was repeated. */
function unbroadcast(dx: Tensor, input: Tensor): Tensor {
  const axes = broadcast_util.getReductionAxes(input.shape, dx.shape);
  return axes.length === 0 && dx.rank === input.rank ? dx : reshape(sum(dx, axes), input.shape);
}

/** tfjs forgets that a smaller operand was repeated, and throws. */
const unbroadcasting = (kernelName: string): GradientRepair => ({
  kernelName,
  make: (stock) => ({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: gradFunc((dy, saved, attrs) => {
      const stockOf = stockGradient(stock)(dy, saved, attrs);
      const [a, b] = saved;
      return {
        a: () => unbroadcast(stockOf['a']!(), a!),
        b: () => unbroadcast(stockOf['b']!(), b!),
      };
    }),
  }),
});

/** Operands of two shapes. */
export const broadcasting: readonly GradientRepair[] = [
  unbroadcasting('Maximum'),
  unbroadcasting('Minimum'),
  unbroadcasting('SquaredDifference'),
];
