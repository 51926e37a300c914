import type { Address, Simd } from '../runtime/simd.js';

/**
 * The places of the rows or of the columns of a matrix: a grid of three axes, the last fastest. Strides
 * count elements.
 */
export interface Grid {
  readonly counts: readonly [number, number, number];
  readonly strides: readonly [number, number, number];
}

/**
 * The layout of a matrix in memory: the element in row i and column j is at its address plus the place of
 * the row plus that of the column. It describes matrices, their transposes, and the patches of an image
 * that a convolution sees, without a copy.
 */
export interface Layout {
  readonly rows: Grid;
  readonly columns: Grid;
}

/** Returns `count` places that lie `stride` apart. */
export const line = (count: number, stride: number): Grid => ({
  counts: [1, 1, count],
  strides: [0, 0, stride],
});

/** Returns the layout of a matrix with consecutive rows. */
export const rowMajor = (rows: number, columns: number): Layout => ({
  rows: line(rows, columns),
  columns: line(columns, 1),
});

export const transposedLayout = ({ rows, columns }: Layout): Layout => ({
  rows: columns,
  columns: rows,
});

interface Operands<T> {
  readonly a: T;
  readonly b: T;
  readonly c: T;
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;
const size = ({ counts }: Grid): number => counts[0] * counts[1] * counts[2];
const upTo = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/** Most elements packed at once, 8 MiB, unless eight columns have more. */
const MOST_PACKED = 2 ** 21;

/** Most terms of one sum; longer sums are split, to keep the digits that one long sum would lose. */
const MOST_TERMS = 2 ** 16;

/** Tells whether a matrix has no gaps between its elements. */
const isDense = ({ rows, columns }: Layout): boolean =>
  [rows, columns].reduce(
    (last, { counts, strides }) =>
      counts.reduce((sum, count, axis) => sum + (count - 1) * strides[axis]!, last),
    1,
  ) ===
  size(rows) * size(columns);

/** Counts a product's multiplications, with tiles of four rows and eight columns, whether used or not. */
const cost = (rows: number, columns: number): number => upTo(rows, 4) * upTo(columns, 8);

/**
 * Computes `c = a · b`, or `c += a · b` if it `adds`, for the matrices of one layout at each of the
 * addresses.
 */
export function matrixProduct(
  simd: Simd,
  layouts: Operands<Layout>,
  addresses: Iterable<Operands<Address>>,
  adds = false,
): void {
  const [m, n] = [size(layouts.c.rows), size(layouts.c.columns)];
  if (m === 0 || n === 0) return;
  if (size(layouts.a.columns) === 0) {
    if (!adds) for (const { c } of addresses) simd.zero(c, m * n);
    return;
  }
  // few columns fill the rows of a tile better
  const turned = cost(n, m) < cost(m, n);
  const { a, b, c } = turned ? transposedOperands(layouts) : layouts;
  const grids = [a.rows, a.columns, b.rows, b.columns, c.rows, c.columns];
  const elements = grids.reduce((sum, grid) => sum + size(grid), 0);
  simd.withMemory(elements * BYTES, (memory) => {
    let at = memory;
    const [aRows, aColumns, bRows, bColumns, cRows, cColumns] = grids.map((grid) => {
      const table = at;
      writeOffsets(simd, grid, table);
      at += size(grid) * BYTES;
      return table;
    }) as [number, number, number, number, number, number];
    const terms = size(a.columns);
    const [height, width] = [size(c.rows), size(c.columns)];
    const most = isDense(c) ? Math.min(MOST_TERMS, terms) : terms;
    // columns of the right operand packed at once
    const packed = Math.min(upTo(width, 8), Math.max(8, 8 * Math.floor(MOST_PACKED / most / 8)));
    const multiply = (of: Operands<Address>, first: number, count: number, sums: boolean): void =>
      simd.withMemory(packed * count * BYTES, (right) => {
        for (let j = 0; j < width; j += packed)
          simd.product(
            ...[simd.job, of.a, aRows, aColumns + first * BYTES],
            ...[of.b, bRows + first * BYTES, bColumns + j * BYTES],
            ...[of.c, cRows, cColumns + j * BYTES],
            ...[height, Math.min(packed, width - j), count, Number(sums), right, simd.scratch],
          );
      });
    for (const address of addresses) {
      const of = turned ? { a: address.b, b: address.a, c: address.c } : address;
      multiply(of, 0, Math.min(most, terms), adds);
      if (terms > most)
        simd.withMemory(m * n * BYTES, (partial) => {
          for (let first = most; first < terms; first += most) {
            multiply({ ...of, c: partial }, first, Math.min(most, terms - first), false);
            simd.add(partial, of.c, m * n);
          }
        });
    }
  });
}

/** Returns the operands of cᵀ = bᵀ · aᵀ. */
const transposedOperands = ({ a, b, c }: Operands<Layout>): Operands<Layout> => ({
  a: transposedLayout(b),
  b: transposedLayout(a),
  c: transposedLayout(c),
});

function writeOffsets(simd: Simd, { counts, strides }: Grid, to: Address): void {
  simd.offsets(to, ...counts.flatMap((count, axis) => [count, strides[axis]! * BYTES]));
}
