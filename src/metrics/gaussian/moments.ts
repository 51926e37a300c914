import { float64Heap, rowMajor, transposed } from '../../linalg/float64_heap.js';
import type { Float64Heap, Matrix } from '../../linalg/heap.js';
import { plainHeap } from '../../linalg/plain_heap.js';
import type { RowMatrix } from '../rows.js';

/** The sums that give the mean and the covariance of samples. */
export interface Moments {
  readonly count: number;
  readonly mean: Float64Array;
  /** Σ (x − mean)(x − mean)ᵀ, row after row. */
  readonly scatter: Float64Array;
}

/** The number of rows that are added at a time: so few stay in the processor's cache while they are multiplied. */
export const BLOCK = 64;

/**
 * The most columns for which plain arrays are used: a WebAssembly memory reserves 10 GB of address space, however
 * small it is.
 */
const FEW_COLUMNS = 32;

/**
 * The moments of samples that are added block by block, in place.
 *
 * Each block is centred on its own mean and joined by Chan's formula. Its last term,
 * `δδᵀ · n_a n_b / (n_a + n_b)`, is that of one more row, `δ √(n_a n_b / (n_a + n_b))`; so adding a block is
 * one product of matrices. Products are rounded before they are added, which every machine can do: equal
 * blocks give equal bits on all of them.
 */
export class RunningMoments {
  count = 0;
  readonly mean: Float64Array;
  private readonly heap: Float64Heap;
  /** The scatter; its values below the diagonal have no meaning. */
  private readonly scatter: Matrix;
  private readonly block: Matrix;

  constructor(columns: number) {
    const stride = Math.ceil(columns / 4) * 4; // products take rows and columns in groups of four
    this.mean = new Float64Array(columns);
    this.scatter = rowMajor(0, stride);
    this.block = rowMajor(stride * stride, stride);
    const elements = stride * stride + (BLOCK + 1) * stride;
    this.heap = stride <= FEW_COLUMNS ? plainHeap(elements) : float64Heap(elements, stride);
  }

  static from({ count, mean, scatter }: Moments): RunningMoments {
    const n = mean.length;
    const moments = new RunningMoments(n);
    moments.count = count;
    moments.mean.set(mean);
    const { down } = moments.scatter;
    for (let i = 0; i < n; i++)
      moments.heap.values.set(scatter.subarray(i * n + i, i * n + n), i * down + i);
    return moments;
  }

  /** Adds the rows start … end − 1, at most {@link BLOCK} of them. */
  addRows({ data, columns }: RowMatrix, start: number, end: number): void {
    const { values } = this.heap;
    const { at, down } = this.block;
    const rows = end - start;
    // sums are relative to the first row, so that the mean of a constant feature is exactly its value
    const first = start * columns;
    const mean = new Float64Array(columns);
    for (let row = start; row < end; row++)
      for (let j = 0; j < columns; j++)
        mean[j]! += (data[row * columns + j]! - data[first + j]!) / rows;
    for (let j = 0; j < columns; j++) mean[j]! += data[first + j]!;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        values[at + i * down + j] = data[(start + i) * columns + j]! - mean[j]!;
    this.join(rows, mean, rows);
  }

  /** Adds the samples of another instance with the same number of columns. */
  add(other: RunningMoments): void {
    const { values } = this.heap;
    const { down } = this.scatter;
    const size = down * down;
    const { count, mean } = other;
    for (let i = 0; i < size; i++) values[i]! += other.heap.values[i]!;
    this.join(count, mean, 0);
  }

  /**
   * Joins `count` samples of a given mean. The first `rows` rows of the block are those samples, centred; if
   * `rows` is 0, the scatter already includes theirs.
   */
  private join(count: number, mean: Float64Array, rows: number): void {
    const { heap, block, scatter } = this;
    const { values } = heap;
    const all = this.count + count;
    const root = Math.sqrt((this.count * count) / all);
    const between = block.at + rows * block.down;
    for (let j = 0; j < mean.length; j++) {
      const shift = this.count === 0 ? 0 : mean[j]! - this.mean[j]!;
      values[between + j] = root * shift;
      this.mean[j] = this.count === 0 ? mean[j]! : this.mean[j]! + (shift * count) / all;
    }
    this.count = all;
    const size = scatter.down;
    heap.multiply({
      ...{ c: scatter, a: transposed(block), b: block, m: size, n: size, k: rows + 1, upper: true },
    });
  }

  /** Returns a copy, which later samples do not change. */
  moments(): Moments {
    const n = this.mean.length;
    const { values } = this.heap;
    const { down } = this.scatter;
    const scatter = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = i; j < n; j++) scatter[i * n + j] = scatter[j * n + i] = values[i * down + j]!;
    return { count: this.count, mean: this.mean.slice(), scatter };
  }
}
