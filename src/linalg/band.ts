import { pace } from '../internal/pace.js';
import { fusedHeap, rowMajor, transposed } from './float64_heap.js';
import type { Float64Heap, Matrix } from './float64_heap.js';
import { reflect } from './reflection.js';

/** A square matrix, zero below its diagonal and beyond `width` diagonals above it. */
export interface Band {
  /** Element [i][j] lies at 3 width · i + j + width, so that there is room for bulges on either side. */
  readonly heap: Float64Heap;
  readonly size: number;
  readonly width: number;
  /** Where in the heap there is room for a vector of `width` elements. */
  readonly vector: number;
}

/** So many reflections at a time are applied, by products of matrices. */
const WIDTH = 32;

const roundUp = (size: number) => Math.ceil(size / WIDTH) * WIDTH;

/**
 * An upper band matrix that has the singular values of a matrix, and zeros besides.
 *
 * Blocks of reflections go over its columns and over its rows in turn.
 *
 * @param matrix Of order one, with at least as many rows as columns.
 * @see Schreiber and Van Loan 1989, "A storage-efficient WY representation for products of Householder transformations"
 */
export async function bandOf(matrix: readonly Float64Array[]): Promise<Band> {
  const rows = roundUp(matrix.length);
  const size = roundUp(matrix[0]!.length);
  const blocks = new Blocks(rows * size, rows);
  const { values } = blocks.heap;
  matrix.forEach((row, i) => values.set(row, i * size));
  const part = (i: number, j: number) => rowMajor(i * size + j, size);

  // zeros beyond the end, so that no block of it need be smaller
  const vector = (size + 2 * WIDTH) * (3 * WIDTH + 1);
  const heap = fusedHeap(vector + WIDTH, 2 * WIDTH);
  const put = (i: number, j: number, value: number) =>
    (heap.values[3 * WIDTH * i + j + WIDTH] = value);
  const turn = pace();
  for (let k = 0; k < size; k += WIDTH) {
    const next = k + WIDTH;
    blocks.take(transposed(part(k, k)), rows - k, (i, j, value) => put(k + j, k + i, value));
    blocks.apply(part(k, next), size - next);
    await turn();
    if (next === size) break;
    blocks.take(part(k, next), size - next, (i, j, value) => put(k + i, next + j, value));
    blocks.apply(transposed(part(next, next)), rows - next);
    await turn();
  }
  return { heap, size, width: WIDTH, vector };
}

/** Products of `WIDTH` reflections, I − VᵀTV with the vectors as rows of V and a triangular T. */
class Blocks {
  readonly heap: Float64Heap;
  private readonly v: Matrix;
  private readonly t: Matrix;
  private readonly gram: Matrix;
  private readonly products: readonly [Matrix, Matrix];
  private length = 0;

  /** With so many elements at the start of the heap, for matrices of up to `most` rows. */
  constructor(elements: number, most: number) {
    let end = elements;
    const next = (columns: number): Matrix => {
      const matrix = rowMajor(end, columns);
      end += WIDTH * columns;
      return matrix;
    };
    this.v = next(most);
    this.t = next(WIDTH);
    this.gram = next(WIDTH);
    this.products = [next(most), next(most)];
    this.heap = fusedHeap(end, most);
  }

  /**
   * The reflections that take `WIDTH` rows of a matrix to a lower triangle.
   *
   * @param put Is given the elements of the triangle.
   */
  take(rows: Matrix, length: number, put: (i: number, j: number, value: number) => void): void {
    this.length = length;
    const { values } = this.heap;
    const { v, t } = this;
    const vectors = Array.from({ length: WIDTH }, (_, i) => {
      const vector = values.subarray(v.at + i * v.down, v.at + i * v.down + length);
      for (let j = 0; j < length; j++)
        vector[j] = values[rows.at + i * rows.down + j * rows.across]!;
      return vector;
    });
    const scales = vectors.map((vector, i) => {
      if (i >= length) return 0;
      for (let j = 0; j < i; j++) {
        put(i, j, vector[j]!);
        vector[j] = 0;
      }
      const { scale, value } = reflect(vector, i);
      put(i, i, value);
      const at = v.at + i * v.down;
      this.heap.reflectColumns({
        block: { ...v, at: at + v.down },
        rows: WIDTH - 1 - i,
        columns: length,
        v: at,
        scale,
      });
      return scale;
    });

    const gram = this.multiply(this.gram, v, transposed(v), WIDTH, length);
    values.fill(0, t.at, t.at + WIDTH * WIDTH);
    // column by column: t_j = −s_j T (V v_j), with s_j on the diagonal
    scales.forEach((scale, j) => {
      for (let i = 0; i < j; i++) {
        let sum = 0;
        for (let p = i; p < j; p++)
          sum += values[t.at + i * WIDTH + p]! * values[gram.at + p * WIDTH + j]!;
        values[t.at + i * WIDTH + j] = -scale * sum;
      }
      values[t.at + j * WIDTH + j] = scale;
    });
  }

  /** X ← (I − VᵀTᵀV) X, for X of so many columns, or the transposed of such a matrix. */
  apply(x: Matrix, columns: number): void {
    const { heap, v, length } = this;
    const [first, second] = this.products;
    this.multiply(first, v, x, columns, length);
    this.multiply(second, transposed(this.t), first, columns, WIDTH);
    const [vt, st] = [v, second].map(transposed) as [Matrix, Matrix];
    const rest = { k: WIDTH, subtract: true };
    if (x.across === 1) heap.multiply({ c: x, a: vt, b: second, m: length, n: columns, ...rest });
    else heap.multiply({ c: transposed(x), a: st, b: v, m: columns, n: length, ...rest });
  }

  /** C = AB, of `WIDTH` rows. */
  private multiply(c: Matrix, a: Matrix, b: Matrix, n: number, k: number): Matrix {
    this.heap.values.fill(0, c.at, c.at + WIDTH * c.down);
    this.heap.multiply({ c, a, b, m: WIDTH, n, k });
    return c;
  }
}
