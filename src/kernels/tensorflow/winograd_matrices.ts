/** Elements of a tile in either direction. */
export const TILE = 6;
/** Elements of a tile. */
export const PLANES: number = TILE * TILE;

/** Points where polynomials are evaluated, besides infinity, with small errors and exact in float32. */
const POINTS = [0, 3 / 4, -3 / 4, 3 / 2, -3 / 2];

type Matrix = readonly (readonly number[])[];

/** Returns the coefficients of (x − p)(x − q)… for these points, from the constant up. */
const withRoots = (points: readonly number[]): number[] =>
  points.reduce(
    (product, point) => [0, ...product].map((higher, i) => higher - point * (product[i] ?? 0)),
    [1],
  );

const without = (j: number): number[] => POINTS.filter((_, i) => i !== j);

/** Returns the first `count` powers of the points; infinity has only the highest. */
const powers = (count: number): number[][] => [
  ...POINTS.map((point) => Array.from({ length: count }, (_, k) => point ** k)),
  Array.from({ length: count }, (_, k) => Number(k === count - 1)),
];

/** Bᵀ, 6 × 6. */
const ofData: Matrix = [...POINTS.map((_, j) => [...withRoots(without(j)), 0]), withRoots(POINTS)];

/** Returns G, 6 × r. */
const ofFilter = (taps: number): Matrix =>
  powers(taps).map((row, j) => {
    const point = POINTS[j];
    if (point === undefined) return row;
    const scale = without(j).reduce((product, other) => product * (point - other), 1);
    return row.map((power) => power / scale);
  });

/** Returns A, 6 × m. */
const ofResults = (taps: number): Matrix => powers(TILE + 1 - taps);

/** Returns M ⊗ M, which transforms both directions of a tile as M does one. */
const twice = (matrix: Matrix): Matrix =>
  matrix.flatMap((above) => matrix.map((beside) => above.flatMap((a) => beside.map((b) => a * b))));

/** The matrices of Winograd's F(7 − r, r) in both directions: y = Aᵀ(Gg ⊙ Bᵀd). */
export interface Transforms {
  /** Bᵀ, 36 × 36. */
  readonly data: Matrix;
  /** G, 36 × r². */
  readonly filter: Matrix;
  /** The same of the filter turned by 180°. */
  readonly turnedFilter: Matrix;
  /** A, 36 × m². */
  readonly results: Matrix;
}

/** Returns the matrices for filters of 2 to 5 taps in either direction. */
export function transformsOf(taps: number): Transforms {
  const filter = twice(ofFilter(taps));
  return {
    data: twice(ofData),
    filter,
    turnedFilter: filter.map((row) => [...row].reverse()),
    results: twice(ofResults(taps)),
  };
}
