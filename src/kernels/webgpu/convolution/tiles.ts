/** The shape of the part of a product that one workgroup computes. */
export interface Tile {
  /** Threads along the columns and the rows; four neighbours along the columns read the same rows. */
  readonly threads: readonly [across: number, down: number];
  /** Columns of a thread, 1 or 4. */
  readonly columnsEach: 1 | 4;
  /** Rows of a thread, a multiple of 4. */
  readonly rowsEach: number;
  /** Terms of the sums that lie in the memory of the workgroup at once, a multiple of 4. */
  readonly terms: number;
}

const WIDE: Tile = { threads: [16, 8], columnsEach: 4, rowsEach: 8, terms: 16 };
const MEDIUM: Tile = { threads: [8, 8], columnsEach: 4, rowsEach: 4, terms: 32 };
const NARROW: Tile = { threads: [4, 16], columnsEach: 1, rowsEach: 4, terms: 32 };

/** Number of workgroups that keep a GPU busy. */
export const MANY_WORKGROUPS = 256;

export const rowsOf = ({ threads, rowsEach }: Tile): number => threads[1] * rowsEach;
export const columnsOf = ({ threads, columnsEach }: Tile): number => threads[0] * columnsEach;
export const threadsOf = ({ threads }: Tile): number => threads[0] * threads[1];

/** Counts the tiles of a matrix. */
export const tileCount = (tile: Tile, rows: number, columns: number): number =>
  Math.ceil(rows / rowsOf(tile)) * Math.ceil(columns / columnsOf(tile));

/** Chooses the tile of `parts` products at once, of which each has so many rows and columns. */
export function tileFor(rows: number, columns: number, parts: number): Tile {
  if (columns <= 2 * columnsOf(NARROW)) return NARROW;
  const isWide =
    columns > columnsOf(MEDIUM) && parts * tileCount(WIDE, rows, columns) >= MANY_WORKGROUPS / 4;
  return isWide ? WIDE : MEDIUM;
}

/** Cuts a number of workgroups into two axes, as no axis has more than 65,535. */
export function workgroupGrid(count: number): [x: number, y: number] {
  const y = Math.ceil(count / 65_535);
  return [Math.ceil(count / y), y];
}
