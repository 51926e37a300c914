import { pace } from '../internal/pace.js';
import { fusedHeap, rowMajor, transposed } from './float64_heap.js';
import type { Float64Heap, Matrix } from './heap.js';
import { reflect } from './reflection.js';

/** A square matrix, zero below its diagonal and beyond `width` diagonals above it. */
export interface Band {
  /** Element [i][j] lies at 3 width · i + j + width, so that there is room for bulges on either side. */
  readonly heap: Float64Heap;
  readonly size: number;
  readonly width: number;
  /** Place in the heap with room for a vector of `width` elements. */
  readonly vector: number;
}

/** Number of reflections that one product of matrices applies. */
const WIDTH = 32;
/** Elements of a cache line: the number of columns of a strip of rows copied at a time. */
const LINE = 8;

const roundUp = (size: number) => Math.ceil(size / WIDTH) * WIDTH;

/**
 * Returns an upper band matrix with the singular values of a matrix in some unit, and additional zeros.
 *
 * Blocks of reflections go over its columns and over its rows in turn.
 *
 * @param matrix Has at least as many rows as columns.
 * @param unit A number of its magnitude, so that no square overflows or vanishes.
 * @see Schreiber and Van Loan 1989, "A storage-efficient WY representation for products of Householder transformations"
 */
export async function bandOf(matrix: readonly Float64Array[], unit: number): Promise<Band> {
  const rows = roundUp(matrix.length);
  const size = roundUp(matrix[0]!.length);
  const blocks = new Blocks(rows * size, rows);
  const { values } = blocks.heap;
  for (let i = 0; i < matrix.length; i++) {
    const row = matrix[i]!;
    for (let j = 0; j < row.length; j++) values[i * size + j] = row[j]! / unit;
  }
  const part = (i: number, j: number) => rowMajor(i * size + j, size);

  // zeros beyond the end, so that all blocks have the same size
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

  /** Reserves `elements` at the start of the heap, for matrices of up to `most` rows. */
  constructor(elements: number, most: number) {
    let end = elements;
    const next = (rows: number, columns: number): Matrix => {
      const matrix = rowMajor(end, columns);
      end += rows * columns;
      return matrix;
    };
    this.v = next(WIDTH, most);
    this.t = next(WIDTH, WIDTH);
    this.gram = next(WIDTH, WIDTH);
    this.products = [next(most, WIDTH), next(most, WIDTH)];
    this.heap = fusedHeap(end, most);
  }

  /**
   * Computes the reflections that take `WIDTH` rows of a matrix to a lower triangle.
   *
   * @param put Receives the elements of the triangle.
   */
  take(rows: Matrix, length: number, put: (i: number, j: number, value: number) => void): void {
    this.length = length;
    const { values } = this.heap;
    const { v, t } = this;
    const vectors = Array.from({ length: WIDTH }, (_, i) => {
      const at = v.at + i * v.down;
      return values.subarray(at, at + length);
    });
    for (let start = 0; start < length; start += LINE)
      for (let i = 0; i < WIDTH; i++)
        for (let j = start; j < start + LINE; j++)
          values[v.at + i * v.down + j] = values[rows.at + i * rows.down + j * rows.across]!;
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

  /** Replaces X, of `columns` columns or transposed, by (I − VᵀTᵀV) X. */
  apply(x: Matrix, columns: number): void {
    const { heap, v, t, length } = this;
    const [first, second] = this.products;
    this.multiply(first, transposed(x), transposed(v), columns, length);
    this.multiply(second, first, t, columns, WIDTH);
    const [vt, st] = [v, second].map(transposed) as [Matrix, Matrix];
    const rest = { k: WIDTH, subtract: true };
    if (x.across === 1) heap.multiply({ c: x, a: vt, b: st, m: length, n: columns, ...rest });
    else heap.multiply({ c: transposed(x), a: second, b: v, m: columns, n: length, ...rest });
  }

  /** Sets C = AB, of `WIDTH` columns. */
  private multiply(c: Matrix, a: Matrix, b: Matrix, m: number, k: number): Matrix {
    this.heap.values.fill(0, c.at, c.at + m * WIDTH);
    this.heap.multiply({ c, a, b, m, n: WIDTH, k });
    return c;
  }
}
