import { fusedHeap, rowMajor, transposed, wholeGroups } from './float64_heap.js';
import type { Float64Heap, Matrix } from './heap.js';

/** Number of rows that one product of matrices subtracts. */
const BLOCK = 32;
/** Number of columns eliminated before the remaining ones are compacted. */
const MOST_GONE = 4 * BLOCK;

/** The remainder of a symmetric matrix after elimination steps. */
export class Remainder {
  /** The upper half of the remaining rows and columns, followed by the block of rows to subtract. */
  private readonly heap: Float64Heap;
  private readonly matrix: Matrix;
  private readonly block: Matrix;
  /** The remaining columns of the matrix, in order, and those of `gone`. */
  private rest: Int32Array;
  private gone: number[] = [];
  /** Number of rows to subtract. */
  private waiting = 0;

  constructor(
    matrix: Float64Array,
    private readonly n: number,
  ) {
    const stride = wholeGroups(n);
    this.heap = fusedHeap((stride + BLOCK) * stride, stride);
    this.matrix = rowMajor(0, stride);
    this.block = rowMajor(stride * stride, stride);
    this.rest = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n; i++) this.heap.values.set(matrix.subarray(i * n, i * n + n), i * stride);
  }

  /** Returns row `index`, with zeros in the eliminated columns. */
  row(index: number): Float64Array {
    const { heap, rest, gone, block } = this;
    const { values } = heap;
    const { down } = this.matrix;
    const size = rest.length;
    const place = rest.indexOf(index);
    const left = new Float64Array(size);
    for (let j = 0; j < place; j++) left[j] = values[j * down + place]!;
    left.set(values.subarray(place * down + place, place * down + size), place);
    for (let i = 0; i < this.waiting; i++) {
      const earlier = values.subarray(block.at + i * down, block.at + i * down + size);
      const share = earlier[place]!;
      for (let j = 0; j < size; j++) left[j]! -= share * earlier[j]!;
    }
    const row = new Float64Array(this.n);
    for (let j = 0; j < size; j++) row[rest[j]!] = left[j]!;
    for (const column of gone) row[column] = 0;
    return row;
  }

  /** Subtracts rᵀr for a row r, which eliminates row and column `index`. */
  subtract(row: Float64Array, index: number): void {
    const { heap, rest, gone, block } = this;
    const to = block.at + this.waiting * block.down;
    for (let j = 0; j < rest.length; j++) heap.values[to + j] = row[rest[j]!]!;
    gone.push(index);
    if (++this.waiting < BLOCK) return;
    this.waiting = 0;
    const [m, k] = [wholeGroups(rest.length), BLOCK];
    const a = transposed(block);
    heap.multiply({ c: this.matrix, a, b: block, m, n: m, k, subtract: true, upper: true });
    if (gone.length === MOST_GONE) this.compress();
  }

  /** Moves the remaining elements to the upper left. */
  private compress(): void {
    const { rest, gone } = this;
    const { values } = this.heap;
    const { down } = this.matrix;
    const places = Int32Array.from(rest.keys()).filter((place) => !gone.includes(rest[place]!));
    const size = places.length;
    for (let i = 0; i < size; i++) {
      const to = i * down;
      const from = places[i]! * down;
      for (let j = i; j < size; j++) values[to + j] = values[from + places[j]!]!;
    }
    this.rest = places.map((place) => rest[place]!);
    this.gone = [];
    values.fill(0, this.block.at); // elements beyond the last column are multiplied too
  }
}
