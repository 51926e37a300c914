import { pace } from '../../internal/pace.js';
import { fusedHeap, GROUP, rowMajor, transposed } from '../../linalg/float64_heap.js';
import type { Float64Heap, Matrix } from '../../linalg/heap.js';
import type { RowMatrix } from '../rows.js';

/** A kernel of two vectors, as a function of their scalar product and their squared lengths. */
export type Kernel = (product: number, squareX: number, squareY: number) => number;

/** Subsets of the rows of a matrix; each is a list of rows without repetition. */
export interface Subsets {
  readonly matrix: RowMatrix;
  readonly rows: readonly Int32Array[];
}

/** The sums of a kernel, one for each pair of subsets. */
export interface KernelSums {
  /** Sums over all pairs of two different elements; for two matrices, over all pairs. */
  readonly pairs: Float64Array;
  /** Sums over each element with itself; for two matrices, 0. */
  readonly selves: Float64Array;
}

/** The most rows of a tile, a multiple of 4. */
const MOST_ROWS = 128;
/** The most values of a tile, unless four rows have more. */
const MOST_VALUES = 2 ** 18;

/**
 * Computes, for each subset s, the sum of k(x, y) over x ∈ Aₛ and y ∈ Bₛ, in float64; over x, y ∈ Aₛ if
 * `b` is `a`.
 *
 * Each product is computed once for all subsets if that takes fewer products than each subset alone.
 * Memory is that of two tiles and their products.
 *
 * @param centre The vector that is subtracted from all rows.
 */
export async function kernelSums(
  kernel: Kernel,
  a: Subsets,
  b: Subsets,
  centre: Float64Array,
): Promise<KernelSums> {
  const sums = {
    pairs: new Float64Array(a.rows.length),
    selves: new Float64Array(a.rows.length),
  };
  const products = new TileProducts(a.matrix.columns);
  const every = a.rows.map((_, s) => s);
  const alone = a.rows.reduce((total, rows, s) => total + rows.length * b.rows[s]!.length, 0);
  const together = union(a, every).length * union(b, every).length;
  for (const group of together <= alone ? [every] : every.map((s) => [s])) {
    const left = select(a, group, centre, products.rows);
    const right = a === b ? left : select(b, group, centre, products.rows);
    await addTiles(kernel, left, right, products, group, sums);
  }
  return sums;
}

/** The scalar products of the rows of two tiles. */
class TileProducts {
  /** The number of rows of a tile, a multiple of 4. */
  readonly rows: number;
  /** The products, row after row, `rows` in each. */
  readonly values: Float64Array;
  /** The rows of the left tile, one after the other. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  private readonly heap: Float64Heap;
  private readonly matrices: readonly [Matrix, Matrix, Matrix];

  constructor(private readonly columns: number) {
    const most = Math.min(MOST_ROWS, Math.floor(MOST_VALUES / columns));
    this.rows = Math.max(GROUP, most - (most % GROUP));
    const size = this.rows * columns;
    this.heap = fusedHeap(2 * size + this.rows * this.rows, this.rows);
    const part = (from: number, to?: number) => this.heap.values.subarray(from, to);
    [this.left, this.right, this.values] = [part(0, size), part(size, 2 * size), part(2 * size)];
    this.matrices = [rowMajor(0, columns), rowMajor(size, columns), rowMajor(2 * size, this.rows)];
  }

  /** Multiplies the left tile by the right one, or by itself. */
  multiply(withItself: boolean): void {
    const { rows, columns } = this;
    const [a, b, c] = this.matrices;
    this.values.fill(0);
    const right = transposed(withItself ? a : b);
    this.heap.multiply({ c, a, b: right, m: rows, n: rows, k: columns });
  }
}

/** The rows of a group of subsets, cut into tiles. */
interface Selection {
  readonly tiles: number;
  /** Writes the rows of a tile, minus the centre. */
  write(tile: number, to: Float64Array): void;
  readonly squares: readonly Float64Array[];
  /** The places of the rows of a subset in a tile, by tile and subset. */
  readonly members: readonly (readonly Int32Array[])[];
}

function select(
  subsets: Subsets,
  group: readonly number[],
  centre: Float64Array,
  size: number,
): Selection {
  const { data, columns } = subsets.matrix;
  const rows = union(subsets, group);
  const tiles = Math.ceil(rows.length / size);
  const part = (tile: number) => rows.subarray(tile * size, (tile + 1) * size);
  const places = new Map([...rows].map((row, place) => [row, place]));
  const lists = Array.from({ length: tiles }, () => group.map((): number[] => []));
  group.forEach((s, g) => {
    for (const row of subsets.rows[s]!) {
      const place = places.get(row)!;
      lists[Math.floor(place / size)]![g]!.push(place % size);
    }
  });
  const members = lists.map((ofTile) => ofTile.map((list) => Int32Array.from(list)));
  const squares = Array.from({ length: tiles }, (_, tile) =>
    Float64Array.from(part(tile), (row) => {
      let square = 0;
      for (let j = 0; j < columns; j++) {
        const value = data[row * columns + j]! - centre[j]!;
        square += value * value;
      }
      return square;
    }),
  );
  const write = (tile: number, to: Float64Array) =>
    writeRows(subsets.matrix, part(tile), centre, to);
  return { tiles, write, squares, members };
}

function writeRows(
  { data, columns }: RowMatrix,
  rows: Int32Array,
  centre: Float64Array,
  to: Float64Array,
): void {
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * columns;
    const start = i * columns;
    for (let j = 0; j < columns; j++) to[start + j] = data[from + j]! - centre[j]!;
  }
}

/** Returns the rows of a group of subsets, each once. */
function union({ matrix, rows }: Subsets, group: readonly number[]): Int32Array {
  const used = new Uint8Array(matrix.rows);
  for (const s of group) for (const row of rows[s]!) used[row] = 1;
  return Int32Array.from(used.keys()).filter((row) => used[row] === 1);
}

async function addTiles(
  kernel: Kernel,
  left: Selection,
  right: Selection,
  products: TileProducts,
  group: readonly number[],
  sums: KernelSums,
): Promise<void> {
  const own = left === right;
  const { values, rows: stride } = products;
  const turn = pace();
  for (let i = 0; i < left.tiles; i++) {
    left.write(i, products.left);
    for (let j = own ? i : 0; j < right.tiles; j++) {
      const pairs = group.map((s, g) => ({
        s,
        rows: left.members[i]![g]!,
        columns: right.members[j]![g]!,
      }));
      if (pairs.every(({ rows, columns }) => rows.length * columns.length === 0)) continue;
      const diagonal = own && i === j;
      if (!diagonal) right.write(j, products.right);
      products.multiply(diagonal);
      applyKernel(kernel, products, left.squares[i]!, right.squares[j]!);
      for (const { s, rows, columns } of pairs) {
        const total = sumOfPairs(products, rows, columns, diagonal);
        sums.pairs[s]! += own && !diagonal ? 2 * total : total;
        if (diagonal) for (const row of rows) sums.selves[s]! += values[row * stride + row]!;
      }
      await turn();
    }
  }
}

function applyKernel(
  kernel: Kernel,
  { values, rows: stride }: TileProducts,
  squaresX: Float64Array,
  squaresY: Float64Array,
): void {
  for (let i = 0; i < squaresX.length; i++)
    for (let j = 0; j < squaresY.length; j++)
      values[i * stride + j] = kernel(values[i * stride + j]!, squaresX[i]!, squaresY[j]!);
}

function sumOfPairs(
  { values, rows: stride }: TileProducts,
  rows: Int32Array,
  columns: Int32Array,
  diagonal: boolean,
): number {
  let total = 0;
  for (const i of rows) {
    const start = i * stride;
    const self = diagonal ? i : -1;
    let sum = 0;
    for (let c = 0; c < columns.length; c++) {
      const j = columns[c]!;
      if (j !== self) sum += values[start + j]!;
    }
    total += sum;
  }
  return total;
}
