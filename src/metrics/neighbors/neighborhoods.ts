import type { RowMatrix } from '../rows.js';
import { distanceTiles, squaredDistance } from './distance_bounds.js';
import type { Tile } from './distance_bounds.js';

/** Whether a ball contains the points on its surface (`'<='`) or not (`'<'`). */
export type Inside = '<=' | '<';

/** Balls around rows; each reaches to the k-th nearest other row. */
export interface Balls {
  readonly centres: RowMatrix;
  /** The square of each radius. */
  readonly squares: Float64Array;
}

/**
 * Computes the ball of each row: its radius is the distance to the k-th nearest other row. A copy of a row is
 * another row, at distance 0.
 */
export async function ballsOf(
  centres: RowMatrix,
  neighbors: number,
  batchSize: number,
): Promise<Balls> {
  // the k smallest squared distances of each row so far, in ascending order
  const nearest = new Float64Array(centres.rows * neighbors).fill(Infinity);
  for await (const tile of distanceTiles(centres, centres, batchSize))
    takeNearer(nearest, tile, centres, neighbors);
  const squares = Float64Array.from(
    { length: centres.rows },
    (_, row) => nearest[(row + 1) * neighbors - 1]!,
  );
  return { centres, squares };
}

function takeNearer(
  nearest: Float64Array,
  { block, batch, lowest }: Tile,
  rows: RowMatrix,
  neighbors: number,
): void {
  for (let r = 0; r < batch.rows; r++)
    for (let i = 0; i < block.rows; i++) {
      const [row, other] = [block.start + i, batch.start + r];
      if (row >= other) break; // counts each pair once
      const least = lowest[r * block.rows + i]!;
      const [ofRow, ofOther] = [(row + 1) * neighbors - 1, (other + 1) * neighbors - 1];
      if (least >= nearest[ofRow]! && least >= nearest[ofOther]!) continue;
      const square = squaredDistance(rows, row, rows, other);
      insert(nearest, row * neighbors, ofRow, square);
      insert(nearest, other * neighbors, ofOther, square);
    }
}

/** Inserts a value into the sorted ones from `first` to `last`, in place of the largest, unless it is larger. */
function insert(sorted: Float64Array, first: number, last: number, value: number): void {
  if (value >= sorted[last]!) return;
  let at = last;
  for (; at > first && sorted[at - 1]! > value; at--) sorted[at] = sorted[at - 1]!;
  sorted[at] = value;
}

/** The counts of points in balls. */
export interface Memberships {
  /** The number of points in each ball. */
  readonly ofBalls: Int32Array;
  /** The number of balls that contain each point. */
  readonly ofPoints: Int32Array;
}

/**
 * Counts the points in balls. Distances are rounded exactly as the radii are, so that a point at the same
 * distance as the k-th neighbour is on the surface.
 */
export async function memberships(
  balls: Balls,
  points: RowMatrix,
  inside: Inside,
  batchSize: number,
): Promise<Memberships> {
  const counts = noneOf(balls, points);
  for await (const tile of distanceTiles(balls.centres, points, batchSize))
    count(counts, tile, 'block', balls, points, inside);
  return counts;
}

/** Counts the centres of each set in the balls of the other set, in one pass over their distances. */
export async function mutualMemberships(
  a: Balls,
  b: Balls,
  inside: Inside,
  batchSize: number,
): Promise<{ inA: Memberships; inB: Memberships }> {
  const inA = noneOf(a, b.centres);
  const inB = noneOf(b, a.centres);
  for await (const tile of distanceTiles(a.centres, b.centres, batchSize)) {
    count(inA, tile, 'block', a, b.centres, inside);
    count(inB, tile, 'batch', b, a.centres, inside);
  }
  return { inA, inB };
}

const noneOf = (balls: Balls, points: RowMatrix): Memberships => ({
  ofBalls: new Int32Array(balls.centres.rows),
  ofPoints: new Int32Array(points.rows),
});

function count(
  { ofBalls, ofPoints }: Memberships,
  { block, batch, lowest, highest }: Tile,
  ballsAre: 'block' | 'batch',
  { centres, squares }: Balls,
  points: RowMatrix,
  inside: Inside,
): void {
  for (let r = 0; r < batch.rows; r++)
    for (let i = 0; i < block.rows; i++) {
      const [own, other] = [block.start + i, batch.start + r];
      const [ball, point] = ballsAre === 'block' ? [own, other] : [other, own];
      const radius = squares[ball]!;
      const at = r * block.rows + i;
      if (lowest[at]! > radius) continue;
      if (highest[at]! >= radius) {
        const square = squaredDistance(centres, ball, points, point);
        if (inside === '<' ? square >= radius : square > radius) continue;
      }
      ofBalls[ball]!++;
      ofPoints[point]!++;
    }
}

/** Computes the share of counts above 0. */
export const shareOfSome = (counts: Int32Array): number =>
  counts.reduce((some, value) => some + Number(value > 0), 0) / counts.length;
