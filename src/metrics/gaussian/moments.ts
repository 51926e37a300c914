import { float64Heap, rowMajor, transposed } from '../../linalg/float64_heap.js';
import type { Float64Heap, Matrix } from '../../linalg/heap.js';
import { plainHeap } from '../../linalg/plain_heap.js';
import type { RowMatrix } from '../rows.js';

/** Sums from which mean and covariance of samples follow. */
export interface Moments {
  readonly count: number;
  readonly mean: Float64Array;
  /** Σ (x − mean)(x − mean)ᵀ, row after row. */
  readonly scatter: Float64Array;
}

/** How many rows are added at a time: what they are multiplied with stays in the processor's cache. */
export const BLOCK = 64;

/** At most this many columns use plain arrays: a WebAssembly memory reserves 10 GB of address space, however small. */
const FEW_COLUMNS = 32;

/**
 * Moments of samples that come block by block, added up in place.
 *
 * Each block is centred on its own mean and joined by Chan's formula. Its last term,
 * `δδᵀ · n_a n_b / (n_a + n_b)`, is that of one more row, `δ √(n_a n_b / (n_a + n_b))`; so a block is
 * one product of matrices. Products are rounded before they are added, as every machine can: equal
 * blocks give equal bits on all.
 */
export class RunningMoments {
  count = 0;
  readonly mean: Float64Array;
  private readonly heap: Float64Heap;
  /** The scatter; of what lies below its diagonal nothing is kept. */
  private readonly scatter: Matrix;
  private readonly block: Matrix;

  constructor(columns: number) {
    const stride = Math.ceil(columns / 4) * 4; // what is multiplied comes in fours
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

  /** Adds rows start … end − 1, at most {@link BLOCK}. */
  addRows({ data, columns }: RowMatrix, start: number, end: number): void {
    const { values } = this.heap;
    const { at, down } = this.block;
    const rows = end - start;
    // sums are relative to the first row: constant features have exactly their value as mean
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

  /** Adds what another has seen, of as many columns. */
  add(other: RunningMoments): void {
    const { values } = this.heap;
    const { down } = this.scatter;
    const size = down * down;
    const { count, mean } = other;
    for (let i = 0; i < size; i++) values[i]! += other.heap.values[i]!;
    this.join(count, mean, 0);
  }

  /** Joins so many samples with this mean, of which the block holds centred rows, or the scatter all. */
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

  /** A copy, of which later samples change nothing. */
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
