import { customGrad, leakyRelu, mul, step, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { hasBrokenSlope, runBrokenSlope } from '../kernels/broken_slope.js';
import { stopGradient } from '../ops/stop_gradient.js';

type Save = (tensors: Tensor[]) => void;

/**
 * Computes dy · (x > 0 ? 1 : α), the gradient of ReLU and LeakyReLU; NaN where x is NaN.
 *
 * **Differentiable:** to any order in dy; x is constant, as the slope is but for a jump.
 */
export function brokenSlope(dy: Tensor, x: Tensor, alpha: number): Tensor {
  if (!hasBrokenSlope())
    return mul(
      dy,
      stopGradient(() => step(x, alpha)),
    );
  return customGrad((...args) => {
    const [dy, save] = args as unknown as [Tensor, Save];
    save([x]);
    return {
      value: runBrokenSlope(dy, x, alpha),
      gradFunc: (ddx: Tensor, saved: Tensor[]) => brokenSlope(ddx, saved[0]!, alpha),
    };
  })(dy);
}

/**
 * Computes x where x > 0 and α · x elsewhere, α in [0, 1].
 *
 * **Differentiable:** to any order; the slope at 0 is α.
 */
export function leakyRectified(x: Tensor, alpha: number): Tensor {
  // the slope of step is 0; a second derivative would otherwise carry these zeros through all earlier layers
  if (!hasBrokenSlope())
    return tidy(() =>
      mul(
        x,
        stopGradient(() => step(x, alpha)),
      ),
    );
  return customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, Save];
    const value = leakyRelu(x, alpha);
    save([value]); // as positive as x, and held by the next layer anyway
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => brokenSlope(dy, saved[0]!, alpha),
    };
  })(x);
}
