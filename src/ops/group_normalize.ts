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
  tile,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';

/** Sums over the places of [N, P, C], to [N, 1, C]. */
const overPlaces = (x: Tensor): Tensor3D => sum(x, 1, true);

/** Averages sums over the places [N, 1, C] over each sample's groups; every channel gets its group's mean. */
function groupMean(sums: Tensor3D, groups: number, places: number): Tensor3D {
  const [batch, , channels] = sums.shape;
  const size = channels / groups;
  if (size === 1) return div(sums, places);
  const totals = sum(reshape(sums, [batch, groups, size]), 2, true);
  return reshape(tile(div(totals, places * size), [1, 1, size]), sums.shape);
}

/** Computes x − μ, and 1/√(σ² + ε) as [N, 1, C], with the biased variance. */
function centredAndInverse(x: Tensor3D, groups: number, epsilon: number) {
  const places = x.shape[1];
  const centred: Tensor3D = sub(x, groupMean(overPlaces(x), groups, places));
  const variance = groupMean(overPlaces(square(centred)), groups, places);
  return { centred, inverse: rsqrt(add(variance, epsilon)) };
}

/**
 * Computes y = γ · (x − μ) / √(σ² + ε) + β, with μ and σ² of each sample and each group of channels: layer
 * normalization with one group, instance normalization with one group per channel.
 *
 * With x̂ = (x − μ)/√(σ² + ε) and means over sample and group, the gradient is
 * dx = (γ·dy − mean(γ·dy) − x̂ · mean(γ·dy·x̂)) / √(σ² + ε), dβ = Σ dy, dγ = Σ dy·x̂. It is written in
 * terms of x, not of saved results: it can be differentiated again, and the tape holds x alone.
 *
 * @param x Shape [N, P, C]: samples, places, channels.
 * @param groups A divisor of C; a group is C/groups consecutive channels.
 * @param gamma Shape [C].
 * @param beta Shape [C].
 * @param epsilon Added to the variance.
 * @returns Shape [N, P, C]; the caller owns it.
 *
 * **Differentiable:** first and second order, in x, γ and β.
 */
export function groupNormalize(
  x: Tensor3D,
  groups: number,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
): Tensor3D {
  const normalize = customGrad((...args) => {
    const [x, gamma, beta] = args as unknown as [Tensor3D, Tensor1D, Tensor1D];
    const save = args[3] as unknown as (tensors: Tensor[]) => void;
    save([x, gamma]);
    const value = tidy(() => {
      const { centred, inverse } = centredAndInverse(x, groups, epsilon);
      return add(mul(centred, mul(inverse, gamma)), beta);
    });
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [x, gamma] = saved as [Tensor3D, Tensor1D];
      return tidy(() => groupNormalizeGradients(dy as Tensor3D, x, groups, gamma, epsilon));
    };
    return { value, gradFunc };
  });
  return normalize(x, gamma, beta) as Tensor3D;
}

/** Computes the gradients dx, dγ and dβ of {@link groupNormalize}, through the moments too. */
export function groupNormalizeGradients(
  dy: Tensor3D,
  x: Tensor3D,
  groups: number,
  gamma: Tensor1D,
  epsilon: number,
): [dx: Tensor, dGamma: Tensor, dBeta: Tensor] {
  const { centred, inverse } = centredAndInverse(x, groups, epsilon); // on the tape of a second derivative
  const mean = (sums: Tensor3D) => groupMean(mul(sums, gamma), groups, x.shape[1]);
  const sums = overPlaces(dy);
  const products = overPlaces(mul(dy, centred));
  // factors of a sample's channels first: three passes over the batch
  const ofCentred = mul(mean(products), mul(mul(square(inverse), inverse), -1));
  const constant = mul(mean(sums), mul(inverse, -1));
  const dx = add(add(mul(dy, mul(inverse, gamma)), mul(centred, ofCentred)), constant);
  return [dx, sum(mul(products, inverse), [0, 1]), sum(sums, [0, 1])];
}
