import {
  customGrad,
  div,
  engine,
  getBackend,
  getKernel,
  matMul,
  maximum,
  mul,
  reshape,
  sqrt,
  square,
  sum,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { stopGradient } from './stop_gradient.js';

/** Approximations of the first left and right singular vectors of W [rows, columns]. */
export interface SingularVectors {
  /** Shape [rows, 1]. */
  readonly u: Tensor2D;
  /** Shape [columns, 1]. */
  readonly v: Tensor2D;
}

/** The name of a kernel for x / max(‖x‖, ε), which some backends have; tfjs has none. */
export const UNIT_VECTOR = 'GanKitUnitVector';

/** The attributes of that kernel. */
export interface UnitVectorAttrs {
  readonly epsilon: number;
}

/** Computes n(x) = x / max(‖x‖, ε). */
function normalize(x: Tensor2D, epsilon: number): Tensor2D {
  if (getKernel(UNIT_VECTOR, getBackend()) !== undefined)
    return engine().runKernel<Tensor2D>(UNIT_VECTOR, { x }, { epsilon });
  return div(x, maximum(sqrt(sum(square(x))), epsilon));
}

/**
 * Runs rounds of `u ← n(W v)`, `v ← n(Wᵀ u)`, in this order, as in PyTorch.
 *
 * @param transposed Wᵀ, shape [columns, rows], the layout of tfjs's kernels. It is always the left
 *   operand, because wasm repacks the right one for each new tensor, which costs ten products.
 * @param vectors The start.
 * @param times The number of rounds, an integer from 1 on.
 * @param epsilon The smallest divisor.
 * @returns The vectors after the last round, constants for every gradient; the caller owns them.
 */
export function powerIteration(
  transposed: Tensor2D,
  vectors: SingularVectors,
  times: number,
  epsilon: number,
): SingularVectors {
  let { u, v } = vectors;
  for (let round = 0; round < times; round++) {
    const right = v;
    u = stopGradient(() => normalize(matMul(transposed, right, true), epsilon));
    const left = u;
    v = stopGradient(() => normalize(matMul(transposed, left), epsilon));
  }
  return { u, v };
}

/**
 * Computes σ = uᵀ W v, with u and v constant: `∂σ/∂W = u vᵀ`.
 *
 * **Differentiable:** to any order, in W. The gradient is written out because tfjs would make u vᵀ
 * by a matrix product, forty times slower on wasm than the product by broadcasting.
 *
 * @param transposed Wᵀ, shape [columns, rows].
 * @returns A scalar; the caller owns it.
 */
export function spectralNorm(transposed: Tensor2D, { u, v }: SingularVectors): Scalar {
  const sigma = customGrad((...args) => {
    const matrix = args[0] as Tensor2D;
    const save = args[1] as (tensors: Tensor[]) => void;
    save([u, v]); // an owner may dispose or overwrite its vectors before the backward pass
    return {
      value: sum<Scalar>(mul(v, matMul(matrix, u))),
      gradFunc: (dy: Scalar, [u, v]: Tensor[]) => mul(mul(v!, dy), reshape(u!, [1, -1])),
    };
  });
  return sigma(transposed);
}
