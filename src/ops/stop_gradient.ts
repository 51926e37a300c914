import { customGrad } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkFunction, checkTensor } from '../internal/check.js';

/**
 * Runs `fn` without recording it: its result is a constant for every gradient.
 *
 * tfjs has no such op. A gradient of zeros would be equivalent, but the backward pass would still
 * walk through `fn`; the forward function of a custom gradient is never recorded, and one without
 * inputs leads nowhere, so there is nothing to walk through.
 *
 * @param fn Makes a new tensor; must not return an existing one.
 * @returns The result of `fn`; the caller owns it.
 * @throws GanKitError if `fn` is not a function, or does not return a tensor.
 *
 * **Differentiable:** no, by design.
 *
 * @example
 * ```ts
 * import { exp, grad, mul, tensor1d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { stopGradient } from 'gan-kit/ops';
 *
 * await loadBackend();
 * const slope = grad((x) => mul(x, stopGradient(() => exp(x))));
 * console.log(await slope(tensor1d([0])).data()); // → Float32Array(1) [ 1 ]
 * ```
 */
export function stopGradient<T extends Tensor>(fn: () => T): T {
  checkFunction('stopGradient', 'fn', fn);
  return customGrad(() => {
    const value = fn();
    checkTensor('stopGradient', 'the result of `fn`', value, { dtype: 'any' });
    return { value, gradFunc: () => [] };
  })();
}
