/*
 * Winograd's minimal convolutions F(m, r) with m + r = 7: they compute m results of a filter of r taps from
 * six elements with six multiplications, by the points 0, ±3/4, ±3/2 and ∞. These points are the most accurate
 * of the sets that were tried: errors are below 4e-6 of the greatest result for 1,024 channels; with 0, ±1, ±2
 * and ∞ they reach 1.4e-5. Vectors contain four channels. A plane is transformed by rows, then by columns.
 *
 * Lavin and Gray 2015, arXiv 1509.09308; Barabasz et al. 2018, arXiv 1803.10986 on the points.
 */

/** The number of elements of a tile in each direction. */
export const TILE: i32 = 6;
/** The number of products of a tile. */
export const PLANES: i32 = 36;

const A: f32 = 0.75;
const B: f32 = 1.5;
const A2: f32 = 0.5625;
const B2: f32 = 2.25;

function scaled(x: v128, factor: f32): v128 {
  return f32x4.mul(x, f32x4.splat(factor));
}

/**
 * Computes Bᵀd: six elements, `step` bytes apart, from six elements; the results are `toStep` bytes apart.
 * Row j of Bᵀ has the coefficients of the product of x − p over the other points p.
 */
export function transformData(from: usize, step: usize, to: usize, toStep: usize): void {
  const d0 = v128.load(from);
  const d1 = v128.load(from + step);
  const d2 = v128.load(from + 2 * step);
  const d3 = v128.load(from + 3 * step);
  const d4 = v128.load(from + 4 * step);
  const d5 = v128.load(from + 5 * step);
  const sum: f32 = A2 + B2;
  const product: f32 = A2 * B2;
  v128.store(to, f32x4.add(f32x4.sub(scaled(d0, product), scaled(d2, sum)), d4));
  const evenA = f32x4.sub(d4, scaled(d2, B2));
  const oddA = scaled(f32x4.sub(d3, scaled(d1, B2)), A);
  v128.store(to + toStep, f32x4.add(evenA, oddA));
  v128.store(to + 2 * toStep, f32x4.sub(evenA, oddA));
  const evenB = f32x4.sub(d4, scaled(d2, A2));
  const oddB = scaled(f32x4.sub(d3, scaled(d1, A2)), B);
  v128.store(to + 3 * toStep, f32x4.add(evenB, oddB));
  v128.store(to + 4 * toStep, f32x4.sub(evenB, oddB));
  v128.store(to + 5 * toStep, f32x4.add(f32x4.sub(scaled(d1, product), scaled(d3, sum)), d5));
}

/**
 * Computes Gg: six elements from `taps` elements. A row of G has the powers of a point, divided by the product
 * of its differences from the other points.
 *
 * @param most r, from 2 to 5; `taps` may be less.
 */
export function transformFilter(
  from: usize,
  step: usize,
  taps: i32,
  most: i32,
  to: usize,
  toStep: usize,
): void {
  const zero = f32x4.splat(0);
  const g0 = v128.load(from);
  const g1 = taps > 1 ? v128.load(from + step) : zero;
  const g2 = taps > 2 ? v128.load(from + 2 * step) : zero;
  const g3 = taps > 3 ? v128.load(from + 3 * step) : zero;
  const g4 = taps > 4 ? v128.load(from + 4 * step) : zero;
  const ofA: f32 = 1 / (2 * A2 * (A2 - B2));
  const ofB: f32 = 1 / (2 * B2 * (B2 - A2));
  v128.store(to, scaled(g0, 1 / (A2 * B2)));
  const evenA = scaled(f32x4.add(g0, scaled(f32x4.add(g2, scaled(g4, A2)), A2)), ofA);
  const oddA = scaled(f32x4.add(g1, scaled(g3, A2)), ofA * A);
  v128.store(to + toStep, f32x4.add(evenA, oddA));
  v128.store(to + 2 * toStep, f32x4.sub(evenA, oddA));
  const evenB = scaled(f32x4.add(g0, scaled(f32x4.add(g2, scaled(g4, B2)), B2)), ofB);
  const oddB = scaled(f32x4.add(g1, scaled(g3, B2)), ofB * B);
  v128.store(to + 3 * toStep, f32x4.add(evenB, oddB));
  v128.store(to + 4 * toStep, f32x4.sub(evenB, oddB));
  v128.store(to + 5 * toStep, taps == most ? v128.load(from + <usize>(most - 1) * step) : zero);
}

/** Returns an element of G; that of the point ∞ is at the last of `most` taps. */
export function filterCoefficient(row: i32, tap: i32, most: i32): f32 {
  if (row == 5) return tap == most - 1 ? 1 : 0;
  if (row == 0) return tap == 0 ? 1 / (A2 * B2) : 0;
  const square: f32 = row < 3 ? A2 : B2;
  const other: f32 = row < 3 ? B2 : A2;
  const point: f32 = (row & 1) == 1 ? (row < 3 ? A : B) : row < 3 ? -A : -B;
  let power: f32 = 1;
  for (let i = 0; i < tap; i++) power *= point;
  return power / (2 * square * (square - other));
}

/** Computes Aᵀm: `results` elements, 2 to 5, from six. Aᵀ has the powers of the points; ∞ adds to the last only. */
export function transformResults(
  from: usize,
  step: usize,
  results: i32,
  to: usize,
  toStep: usize,
): void {
  const m0 = v128.load(from);
  const plusA = v128.load(from + step);
  const minusA = v128.load(from + 2 * step);
  const plusB = v128.load(from + 3 * step);
  const minusB = v128.load(from + 4 * step);
  const last = v128.load(from + 5 * step);
  let evenA = f32x4.add(plusA, minusA);
  let oddA = scaled(f32x4.sub(plusA, minusA), A);
  let evenB = f32x4.add(plusB, minusB);
  let oddB = scaled(f32x4.sub(plusB, minusB), B);
  v128.store(to, f32x4.add(m0, f32x4.add(evenA, evenB)));
  for (let i = 1; i < results; i++) {
    to += toStep;
    let sum: v128;
    if ((i & 1) == 1) {
      sum = f32x4.add(oddA, oddB);
      oddA = scaled(oddA, A2);
      oddB = scaled(oddB, B2);
    } else {
      evenA = scaled(evenA, A2);
      evenB = scaled(evenB, B2);
      sum = f32x4.add(evenA, evenB);
    }
    if (i == results - 1) sum = f32x4.add(sum, last);
    v128.store(to, sum);
  }
}
