import {
  add,
  customGrad,
  div,
  mul,
  reshape,
  rsqrt,
  square,
  sub,
  sum,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** Sums over the rows of [N, C], to [1, C]. */
const sumRows = (x: Tensor): Tensor2D => sum(x, 0, true);

/** Mean and biased variance of each column, both [1, C]. */
export interface Moments {
  readonly mean: Tensor2D;
  readonly variance: Tensor2D;
}

/**
 * Computes mean and biased variance of each column of [N, C], both [1, C].
 *
 * **Differentiable:** to any order.
 */
export function columnMoments(x: Tensor2D): Moments {
  return tidy(() => {
    const rows = x.shape[0];
    const mean: Tensor2D = div(sumRows(x), rows);
    const variance: Tensor2D = div(sumRows(square(sub(x, mean))), rows);
    return { mean, variance };
  });
}

/**
 * Computes y = γ · (x − μ) / √(σ² + ε) + β over the rows of x [N, C], with μ and σ² the moments of x
 * itself.
 *
 * The gradient is the closed form of Ioffe and Szegedy (arXiv 1502.03167, section 3), gathered by
 * channel: with x̂ = (x − μ)/√(σ² + ε), dβ = Σ dy, dγ = Σ dy·x̂ and
 * dx = γ/√(σ² + ε) · (dy − dβ/N − x̂ · dγ/N). It is written in terms of x, not of saved results, so
 * that it can be differentiated again.
 *
 * @param x Shape [N, C].
 * @param moments The {@link columnMoments} of x.
 * @param gamma Shape [C].
 * @param beta Shape [C].
 * @param epsilon Added to the variance.
 * @returns Shape [N, C]; the caller owns it.
 */
export function batchNormalize(
  x: Tensor2D,
  { mean, variance }: Moments,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
): Tensor2D {
  const normalize = customGrad((...args) => {
    const [x, gamma, beta] = args as unknown as [Tensor2D, Tensor1D, Tensor1D];
    const save = args[3] as unknown as (tensors: Tensor[]) => void;
    save([x, gamma]);
    const value = tidy(() => {
      const scale = mul(rsqrt(add(variance, epsilon)), gamma);
      return add(mul(sub(x, mean), scale), beta);
    });
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [x, gamma] = saved as [Tensor2D, Tensor1D];
      return tidy(() => batchNormalizeGradients(dy, x, gamma, epsilon));
    };
    return { value, gradFunc };
  });
  return normalize(x, gamma, beta) as Tensor2D;
}

/** Computes the gradients dx, dγ and dβ of {@link batchNormalize}, through the moments too. */
export function batchNormalizeGradients(
  dy: Tensor,
  x: Tensor2D,
  gamma: Tensor1D,
  epsilon: number,
): [dx: Tensor, dGamma: Tensor, dBeta: Tensor] {
  const rows = x.shape[0];
  const { mean, variance } = columnMoments(x); // on the tape of a second derivative
  const inverse = rsqrt(add(variance, epsilon));
  const centred = sub(x, mean);
  const dBeta = sumRows(dy);
  const dGamma = mul(sumRows(mul(dy, centred)), inverse);
  const scale = mul(inverse, gamma);
  // per-channel factors first: three passes over the batch instead of six
  const ofCentred = mul(mul(scale, inverse), div(dGamma, -rows));
  const constant = mul(scale, div(dBeta, -rows));
  const dx = add(add(mul(dy, scale), mul(centred, ofCentred)), constant);
  return [dx, reshape(dGamma, gamma.shape), reshape(dBeta, gamma.shape)];
}
