import { zeros } from '@tensorflow/tfjs-core';
import type { GradientRepair } from './gradient_repair.js';

/**
 * Comparisons and logic are constant between their jumps: the gradient is 0. tfjs has none for most
 * of them, and throws as soon as one lies between an input and a loss, as the mask of LeakyReLU does
 * on the second pass.
 */
const zeroGradient = (kernelName: string, ...inputs: string[]): GradientRepair => ({
  kernelName,
  make: () => ({
    kernelName,
    inputsToSave: inputs,
    gradFunc: (_, saved) =>
      // a mask is of dtype bool, its gradient has to be of float32
      Object.fromEntries(inputs.map((name, i) => [name, () => zeros(saved[i]!.shape)])),
  }),
});

/** Zero gradients for what only ever jumps. */
export const piecewiseConstant: readonly GradientRepair[] = [
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'].map((kernelName) =>
    zeroGradient(kernelName, 'a', 'b'),
  ),
  ...['LogicalAnd', 'LogicalOr'].map((kernelName) => zeroGradient(kernelName, 'a', 'b')),
  zeroGradient('LogicalNot', 'x'),
];
