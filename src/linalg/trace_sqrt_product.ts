import { pace } from '../internal/pace.js';
import { dot } from './dot.js';
import { nuclearNorm } from './nuclear_norm.js';

/**
 * The trace of the square root of a product of two symmetric positive semi-definite matrices, given
 * by their factors: with Σ₁ = AᵀA and Σ₂ = BᵀB, `Tr √(Σ₁Σ₂) = ‖A Bᵀ‖_*`.
 *
 * Σ₁Σ₂ has the eigenvalues of (ABᵀ)(ABᵀ)ᵀ, and their roots are the singular values of ABᵀ. So
 * nothing is squared and rooted again, no root is taken of a rounded zero, and no matrix need be of
 * full rank. A factor is what {@link pivotedCholesky} returns, or the centred samples / √(n − 1).
 *
 * @param a The rows of A; none stand for Σ₁ = 0.
 * @param b The rows of B, as long as those of A.
 * @returns The trace, from 0 on.
 */
export async function traceSqrtProduct(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
): Promise<number> {
  const turn = pace();
  const product: Float64Array[] = [];
  for (const row of a) {
    product.push(Float64Array.from(b, (other) => dot(row, other)));
    await turn();
  }
  return nuclearNorm(product);
}
