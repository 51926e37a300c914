import { add, customGrad, div, mul, rsqrt, square, sub, sum, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Averages over the channels, [..., C] to [..., 1]. */
const overChannels = (x: Tensor): Tensor => div(sum(x, -1, true), x.shape.at(-1)!);

/**
 * Computes y = x / √(mean over channels of x² + ε).
 *
 * With r = 1/√(mean(x²) + ε), the gradient is dx = r · (dy − x · r² · mean(dy·x)). It is written in terms
 * of x, not of saved results: it can be differentiated again, and the tape holds x alone.
 *
 * @param x Shape [..., C].
 * @param epsilon Added to the mean of the squares.
 * @returns The shape of x; the caller owns it.
 *
 * **Differentiable:** to any order.
 */
export function pixelNormalize(x: Tensor, epsilon: number): Tensor {
  const inverseOf = (x: Tensor) => rsqrt(add(overChannels(square(x)), epsilon));
  const normalize = customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    save([x]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) =>
      tidy(() => {
        const x = saved[0]!;
        const inverse = inverseOf(x); // on the tape of a second derivative
        const ofX = mul(square(inverse), overChannels(mul(dy, x)));
        return mul(inverse, sub(dy, mul(x, ofX)));
      });
    return { value: tidy(() => mul(x, inverseOf(x))), gradFunc };
  });
  return normalize(x);
}
