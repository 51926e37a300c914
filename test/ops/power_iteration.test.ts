import { div, grad, mul, sum, tensor2d, transpose } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { singularValues } from '../helpers/singular_values.js';
import { powerIteration, spectralNorm } from '../../src/ops/power_iteration.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { asyncTidy, values } from '../helpers/async_tidy.js';
import { expectGradients } from '../helpers/numeric_gradient.js';

describe.each(BACKENDS)('power iteration on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const w = [1, 2, 3, 4, 5, 7]; // W [2, 3]
  const make = () => ({
    transposed: transpose<Tensor2D>(tensor2d(w, [2, 3])),
    vectors: { u: tensor2d([[9], [9]]), v: tensor2d([[1], [0], [2]]) },
  });

  it('makes u from v first, then v from the new u', () =>
    asyncTidy(async () => {
      const { transposed, vectors } = make();
      const { u, v } = powerIteration(transposed, vectors, 1, 1e-12);
      // W v = [7, 18]; Wᵀ [7, 18] = [79, 104, 147]
      const [length, next] = [Math.hypot(7, 18), Math.hypot(79, 104, 147)];
      expect(await values(u)).toBeAllclose([7 / length, 18 / length]);
      expect(await values(v)).toBeAllclose([79 / next, 104 / next, 147 / next]);
    }));

  it('divides by ε where a norm is smaller', () =>
    asyncTidy(async () => {
      const { transposed, vectors } = make();
      const { u, v } = powerIteration(transposed, vectors, 1, 100);
      expect(await values(u)).toBeAllclose([0.07, 0.18]);
      expect(await values(v)).toBeAllclose([0.0079, 0.0104, 0.0147]);
    }));

  it('finds the largest singular value of a matrix of either form', () =>
    asyncTidy(async () => {
      for (const [rows, columns] of [
        [9, 4],
        [4, 9],
        [1, 6],
        [6, 1],
      ] as const) {
        const stream = new RandomStream(rows);
        const transposed = stream.normal([columns, rows]) as Tensor2D;
        const start = { u: stream.normal([rows, 1]), v: stream.normal([columns, 1]) };
        const vectors = powerIteration(transposed, start as never, 100, 1e-12);
        const [truth] = singularValues(await values(transposed), columns, rows);
        expect(await values(spectralNorm(transposed, vectors))).toBeAllclose([truth!], {
          rtol: 1e-5,
        });
      }
    }));

  it('σ = uᵀ W v with gradient u vᵀ, whatever u and v are', () =>
    asyncTidy(async () => {
      const { transposed, vectors } = make();
      expect(await values(spectralNorm(transposed, vectors))).toBeAllclose([225]); // 9 · 7 + 9 · 18
      const gradient = grad((t: Tensor) => spectralNorm(t as Tensor2D, vectors))(transposed);
      expect(await values(gradient)).toBeAllclose([9, 9, 0, 0, 18, 18]);
    }));

  it('σ² differentiates twice', () =>
    asyncTidy(async () => {
      const { transposed, vectors } = make();
      const squared = (t: Tensor) => {
        const sigma = spectralNorm(t as Tensor2D, vectors);
        return div<Scalar>(mul(sigma, sigma), 100);
      };
      const slope = (t: Tensor) => {
        const probe = new RandomStream(4).normal([3, 2]);
        return sum<Scalar>(mul(grad(squared)(t), probe));
      };
      await expectGradients(slope, [transposed], { step: 0.1, rtol: 1e-3 });
    }));

  it('is a constant for gradients: none flows from u and v to W', () =>
    asyncTidy(async () => {
      const { transposed, vectors } = make();
      const f = (t: Tensor) => {
        const next = powerIteration(t as Tensor2D, vectors, 1, 1e-12);
        return spectralNorm(t as Tensor2D, next);
      };
      const { u, v } = powerIteration(transposed, vectors, 1, 1e-12);
      const [ofU, ofV] = [await values(u), await values(v)];
      const outer = Array.from(ofV).flatMap((v) => Array.from(ofU, (u) => u * v));
      expect(await values(grad(f)(transposed))).toBeAllclose(outer);
    }));

  it('keeps what the backward pass needs, though its vectors are disposed', () =>
    asyncTidy(async () => {
      const { transposed } = make();
      const gradient = grad((t: Tensor) => {
        const vectors = { u: tensor2d([[2], [3]]), v: tensor2d([[1], [0], [2]]) };
        const sigma = spectralNorm(t as Tensor2D, vectors);
        vectors.u.dispose();
        vectors.v.dispose();
        return sigma;
      })(transposed);
      expect(await values(gradient)).toBeAllclose([2, 3, 0, 0, 4, 6]);
    }));
});
