import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { singularValues } from './singular_values.js';
import { fixture } from './fixtures.js';

describe('singularValues', () => {
  it('of a diagonal matrix are the sizes of its entries, sorted', () => {
    expect(singularValues([2, 0, 0, 0, -7, 0, 0, 0, 3], 3, 3)).toBeAllclose([7, 3, 2]);
  });

  it('of a matrix worked by hand', () => {
    // AᵀA = [[25, 20], [20, 25]]
    expect(singularValues([3, 0, 4, 5], 2, 2)).toBeAllclose([Math.sqrt(45), Math.sqrt(5)], {
      rtol: 1e-15,
    });
  });

  it('are those of the transposed matrix', () => {
    const a = new RandomStream(1).normalValues(15);
    const transposed = Float64Array.from(a, (_, i) => a[(i % 5) * 3 + Math.floor(i / 5)]!);
    expect(singularValues(a, 5, 3)).toBeAllclose(singularValues(transposed, 3, 5), {
      rtol: 1e-14,
    });
  });

  it('have the sum of squares of the entries', () => {
    const a = new RandomStream(2).normalValues(40 * 30);
    const squares = (values: ArrayLike<number>) =>
      Array.from(values).reduce((total, value) => total + value * value, 0);
    expect(squares(singularValues(a, 40, 30))).toBeAllclose(squares(a), { rtol: 1e-13 });
  });

  it('of a matrix without full rank end in zeros', () => {
    const product = [1, 2, 3, 2, 4, 6, 3, 6, 9]; // [1, 2, 3]ᵀ [1, 2, 3]
    expect(singularValues(product, 3, 3)).toBeAllclose([14, 0, 0], { rtol: 1e-14 });
    expect(singularValues(new Float64Array(6), 2, 3)).toEqual(new Float64Array(2));
  });

  it('keeps its accuracy over twenty orders of magnitude', () => {
    const [small] = singularValues([1e10, 0, 0, 1e-10], 2, 2).slice(1);
    expect(small!).toBeAllclose(1e-10, { rtol: 1e-14 });
  });

  it('equals NumPy', () => {
    interface Kernel {
      readonly value: number[];
      readonly shape: number[];
      readonly singularValues: number[];
    }
    const { cases } = fixture<{ cases: { kernels: Kernel[] }[] }>('spectral_norm');
    const dense = cases[0]!.kernels[0]!;
    const [columns, rows] = dense.shape as [number, number];
    expect(singularValues(dense.value, columns, rows)).toBeAllclose(dense.singularValues, {
      rtol: 1e-8, // the fixture has nine digits of each entry
    });
  });

  it.each([
    ['no rows', [[], 0, 2], /`rows` must be an integer >= 1\. Received: 0/],
    ['half a column', [[1], 1, 0.5], /`columns` must be an integer >= 1/],
    ['a wrong size', [[1, 2, 3], 2, 2], /`values` must be of length 2 · 2\. Received: "length 3"/],
    ['NaN', [[1, NaN], 1, 2], /`values` must be finite numbers/],
  ] as const)('refuses %s', (_, [values, rows, columns], message) => {
    expect(() => singularValues(values, rows, columns)).toThrow(message);
  });
});
