import { zeros } from '@tensorflow/tfjs-core';
import type { GradientRepair } from './gradient_repair.js';

/**
 * Makes the gradient of comparisons and logic, 0 as they are constant between jumps. tfjs has none
 * for most of them, and throws if one lies between an input and a loss, as the mask of LeakyReLU
 * does on the second pass.
 */
const zeroGradient = (kernelName: string, ...inputs: string[]): GradientRepair => ({
  kernelName,
  make: () => ({
    kernelName,
    inputsToSave: inputs,
    gradFunc: (_, saved) =>
      // a mask has dtype bool, its gradient must be float32
      Object.fromEntries(inputs.map((name, i) => [name, () => zeros(saved[i]!.shape)])),
  }),
});

/** Zero gradients of piecewise constant ops. */
export const piecewiseConstant: readonly GradientRepair[] = [
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'].map((kernelName) =>
    zeroGradient(kernelName, 'a', 'b'),
  ),
  ...['LogicalAnd', 'LogicalOr'].map((kernelName) => zeroGradient(kernelName, 'a', 'b')),
  zeroGradient('LogicalNot', 'x'),
];
