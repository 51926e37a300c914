import { pace } from '../internal/pace.js';
import { packRows, rowProducts } from '../linalg/row_products.js';
import type { RowMatrix } from './rows.js';

/** A kernel of two vectors, from their scalar product and their squared lengths. */
export type Kernel = (product: number, squareX: number, squareY: number) => number;

/** Subsets of the rows of a matrix, each by the rows it has, no row twice. */
export interface Subsets {
  readonly matrix: RowMatrix;
  readonly rows: readonly Int32Array[];
}

/** Sums of a kernel, one for each pair of subsets. */
export interface KernelSums {
  /** Over all pairs of two different elements; of two matrices, over all pairs. */
  readonly pairs: Float64Array;
  /** Over each element with itself; of two matrices, 0. */
  readonly selves: Float64Array;
}

/** How many rows of each matrix are taken at a time: both stay in the processor's cache. */
const TILE = 64;
/** Most values of a tile. */
const TILE_VALUES = 2 ** 17;
/** Room for a row of products. */
const STRIDE = TILE;

/**
 * For each subset s the sum of k(x, y) over x ∈ Aₛ and y ∈ Bₛ, in float64; with `a` for `b`, over
 * x, y ∈ Aₛ.
 *
 * Where many subsets are of few rows, each product is computed once for all that need it; where rows
 * are many, for each subset by itself. Memory is that of two tiles.
 *
 * @param centre Subtracted from all rows.
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
  const every = a.rows.map((_, s) => s);
  const alone = a.rows.reduce((total, rows, s) => total + rows.length * b.rows[s]!.length, 0);
  const together = union(a, every).length * union(b, every).length;
  for (const group of together <= alone ? [every] : every.map((s) => [s])) {
    const left = select(a, group, centre);
    const right = a === b ? left : select(b, group, centre);
    await addTiles(kernel, left, right, group, sums);
  }
  return sums;
}

/** The rows that a group of subsets has, cut into tiles. */
interface Selection {
  readonly tiles: number;
  readonly columns: number;
  pack(tile: number): Float64Array;
  readonly squares: readonly Float64Array[];
  /** By tile and subset, the places of its rows in the tile. */
  readonly members: readonly (readonly Int32Array[])[];
}

function select(subsets: Subsets, group: readonly number[], centre: Float64Array): Selection {
  const { data, columns } = subsets.matrix;
  const rows = union(subsets, group);
  const size = Math.max(1, Math.min(TILE, Math.floor(TILE_VALUES / columns)));
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
  const pack = (tile: number) => packRows(data, columns, part(tile), centre);
  return { tiles, columns, pack, squares, members };
}

/** The rows that a group of subsets has, each once. */
function union({ matrix, rows }: Subsets, group: readonly number[]): Int32Array {
  const used = new Uint8Array(matrix.rows);
  for (const s of group) for (const row of rows[s]!) used[row] = 1;
  return Int32Array.from(used.keys()).filter((row) => used[row] === 1);
}

async function addTiles(
  kernel: Kernel,
  left: Selection,
  right: Selection,
  group: readonly number[],
  sums: KernelSums,
): Promise<void> {
  const own = left === right;
  const values = new Float64Array(STRIDE * STRIDE);
  const turn = pace();
  for (let i = 0; i < left.tiles; i++) {
    const packed = left.pack(i);
    for (let j = own ? i : 0; j < right.tiles; j++) {
      const pairs = group.map((s, g) => ({
        s,
        rows: left.members[i]![g]!,
        columns: right.members[j]![g]!,
      }));
      if (pairs.every(({ rows, columns }) => rows.length * columns.length === 0)) continue;
      const diagonal = own && i === j;
      rowProducts(packed, diagonal ? packed : right.pack(j), left.columns, STRIDE, values);
      applyKernel(kernel, values, left.squares[i]!, right.squares[j]!);
      for (const { s, rows, columns } of pairs) {
        const total = sumOfPairs(values, rows, columns, diagonal);
        sums.pairs[s]! += own && !diagonal ? 2 * total : total;
        if (diagonal) for (const row of rows) sums.selves[s]! += values[row * STRIDE + row]!;
      }
      await turn();
    }
  }
}

function applyKernel(
  kernel: Kernel,
  values: Float64Array,
  squaresX: Float64Array,
  squaresY: Float64Array,
): void {
  for (let i = 0; i < squaresX.length; i++)
    for (let j = 0; j < squaresY.length; j++)
      values[i * STRIDE + j] = kernel(values[i * STRIDE + j]!, squaresX[i]!, squaresY[j]!);
}

function sumOfPairs(
  values: Float64Array,
  rows: Int32Array,
  columns: Int32Array,
  diagonal: boolean,
): number {
  let total = 0;
  for (const i of rows) {
    const start = i * STRIDE;
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
