import { add, div, minimum, mul, sqrt, square, sum } from '@tensorflow/tfjs-core';
import type { Gradients } from './listed_gradients.js';

/** Added to the norm, as in torch. */
const EPSILON = 1e-6;

/**
 * Clips gradients: gᵢ ← gᵢ · min(1, c / (‖g‖ + 10⁻⁶)), ‖g‖² = Σ gᵢ² over all tensors, as
 * torch.nn.utils.clip_grad_norm_ does.
 *
 * @param gradients At least one of them is a tensor.
 * @param limit c.
 * @returns New tensors, owned by the caller.
 *
 * @see Pascanu et al. 2013, arXiv 1211.5063, algorithm 1
 */
export function clipByGlobalNorm(gradients: Gradients, limit: number): Gradients {
  const squares = gradients.flatMap((one) => (one === undefined ? [] : [sum(square(one))]));
  if (squares.length === 0) return gradients;
  const norm = sqrt(squares.reduce((total, one) => add(total, one)));
  const scale = minimum(div(limit, add(norm, EPSILON)), 1);
  return gradients.map((one) => (one === undefined ? undefined : mul(one, scale)));
}
