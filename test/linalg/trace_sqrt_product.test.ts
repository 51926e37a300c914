import { describe, expect, it } from 'vitest';
import { pivotedCholesky } from '../../src/linalg/pivoted_cholesky.js';
import { traceSqrtProduct } from '../../src/linalg/trace_sqrt_product.js';
import { fixture } from '../helpers/fixtures.js';

const { wide } = fixture<{ wide: { rho: [number, number]; n: number; trace_sqrt: number } }>(
  'metrics',
);

const kacMurdockSzego = (n: number, rho: number) =>
  Float64Array.from({ length: n * n }, (_, at) => rho ** Math.abs(Math.floor(at / n) - (at % n)));

describe('traceSqrtProduct', () => {
  it('equals scipy.linalg.sqrtm for 128 features', async () => {
    const [a, b] = await Promise.all(
      wide.rho.map((rho) => pivotedCholesky(kacMurdockSzego(wide.n, rho), wide.n)),
    );
    expect(await traceSqrtProduct(a!.factor, b!.factor)).toBeAllclose(wide.trace_sqrt, {
      rtol: 1e-13,
    });
    expect(await traceSqrtProduct(b!.factor, a!.factor)).toBeAllclose(wide.trace_sqrt, {
      rtol: 1e-13,
    });
  });

  it('takes any factors, of any rank', async () => {
    const a = [Float64Array.of(3, 4, 0)]; // Σ₁ = aᵀa
    const b = [Float64Array.of(0, 2, 0), Float64Array.of(0, 0, 7)];
    expect(await traceSqrtProduct(a, b)).toBeAllclose(8, { rtol: 1e-15 }); // |(4·2, 0)|
    expect(await traceSqrtProduct([], b)).toBe(0);
    expect(await traceSqrtProduct(b, [])).toBe(0);
  });
});
