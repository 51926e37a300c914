import { pace } from '../internal/pace.js';

/** Squares that change no singular value, relative to those beside them. */
const NEGLIGIBLE = Number.EPSILON ** 2;
/** Squares that change none of a matrix of order one; no quotient by a larger one overflows. */
const TINY = 2 ** -1000;

/** Rows low … high of a bidiagonal matrix, which no element joins to the others. */
interface Block {
  low: number;
  high: number;
  /** What was subtracted from the squares of its singular values. */
  shifted: number;
}

/** An upper bidiagonal matrix by the squares of its elements: qᵢ on the diagonal, eᵢ to its right. */
interface Squares {
  readonly q: Float64Array;
  readonly e: Float64Array;
}

/** What the last row of a step ended with, the least of what those before it did, and the least of all. */
interface Remainders {
  readonly last: number;
  readonly before: number;
  readonly least: number;
}

/**
 * All singular values of an upper bidiagonal matrix, by the dqds algorithm, in float64.
 *
 * A step takes B to a B̂ with B̂ᵀB̂ = BBᵀ − s, for a shift s up to the square of the least singular
 * value, without a subtraction but that of s: so small values are as exact as large ones. Its last
 * row falls away when the element above its diagonal has become negligible.
 *
 * @param bidiagonal b₁₁, b₁₂, b₂₂, b₂₃, …: 2n − 1 finite numbers, the two diagonals interleaved.
 * @returns n values, the smallest first.
 *
 * @see Fernando and Parlett 1994, "Accurate singular values and differential qd algorithms"; Parlett and Marques 2000, "An implementation of the dqds algorithm (positive case)"
 */
export async function bidiagonalSingularValues(bidiagonal: Float64Array): Promise<Float64Array> {
  const n = (bidiagonal.length + 1) / 2;
  let largest = 0;
  for (const value of bidiagonal) largest = Math.max(largest, Math.abs(value));
  const found = new Float64Array(n);
  if (largest === 0) return found;
  const square = (at: number) => (bidiagonal[at]! / largest) ** 2;
  const q = Float64Array.from({ length: n }, (_, i) => square(2 * i));
  const e = Float64Array.from({ length: n - 1 }, (_, i) => square(2 * i + 1));
  const next = { q: new Float64Array(n), e: new Float64Array(n - 1) };

  const squares = { q, e };
  const turn = pace();
  const blocks: Block[] = [{ low: 0, high: n - 1, shifted: 0 }];
  for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
    let least = 0;
    let before = 0;
    while (block.low <= block.high) {
      const start = lastStart(squares, block);
      if (start === block.high) {
        found[block.high] = Math.sqrt(block.shifted + q[block.high]!);
        block.high--;
        [least, before] = [before, 0];
        continue;
      }
      if (start > block.low) {
        blocks.push({ ...block, high: start - 1 });
        block.low = start;
        least = 0;
      }
      ({ least, before } = advance(squares, next, block, least));
      await turn();
    }
  }
  return found.map((value) => value * largest).sort();
}

/** The first of the rows at the end of a block that hang together. */
function lastStart({ q, e }: Squares, { low, high, shifted }: Block): number {
  let start = high;
  while (start > low) {
    const above = e[start - 1]!;
    if (above <= TINY || above <= NEGLIGIBLE * (shifted + q[start]!)) break;
    start--;
  }
  return start;
}

/** One step on a block with the largest shift that is found to do; `least` is of the step before. */
function advance(squares: Squares, next: Squares, block: Block, least: number): Remainders {
  let shift = proposedShift(squares, block, least);
  let remainders = step(squares, next, block, shift);
  for (let tries = 1; !(remainders.least >= 0); tries++) {
    shift = smallerShift(shift, remainders, tries);
    remainders = step(squares, next, block, shift);
  }
  squares.q.set(next.q.subarray(block.low, block.high + 1), block.low);
  squares.e.set(next.e.subarray(block.low, block.high), block.low);
  block.shifted += shift;
  return remainders;
}

/** One step on a block; where the shift was too large, the least remainder is negative, or NaN. */
function step(from: Squares, to: Squares, { low, high }: Block, shift: number): Remainders {
  const { q, e } = from;
  const { q: nextQ, e: nextE } = to;
  let rest = q[low]! - shift;
  let before = Infinity;
  for (let i = low; i < high; i++) {
    if (rest < before) before = rest;
    const sum = rest + e[i]!;
    const ratio = q[i + 1]! / sum;
    nextQ[i] = sum;
    nextE[i] = e[i]! * ratio;
    rest = rest * ratio - shift;
  }
  nextQ[high] = rest;
  return { last: rest, before, least: Math.min(rest, before) };
}

/**
 * A shift that is likely to be just below the least square of a singular value.
 *
 * Where the last row of BBᵀ has the least diagonal element, that is off by at most the square of what
 * stands beside it, divided by the gap to the other rows. Else no more is known than a remainder.
 *
 * @param least The least remainder of the step before, which is above that square; 0 if unknown.
 */
function proposedShift({ q, e }: Squares, { low, high }: Block, least: number): number {
  const cautious = least / 4;
  const last = q[high]!;
  if (least > 0 && least < last) return cautious;
  const besideSquared = e[high - 1]! * last;
  const furtherSquared = high - 1 > low ? e[high - 2]! * q[high - 1]! : 0;
  const gap = q[high - 1]! + e[high - 1]! - last - Math.sqrt(furtherSquared);
  return gap > 0 ? Math.max(cautious, last - besideSquared / gap) : cautious;
}

/** If only the last row failed, what it shows of the least square; else much less. */
function smallerShift(shift: number, { last, before }: Remainders, tries: number): number {
  const corrected = (shift + last) * (1 - 2 * Number.EPSILON);
  if (tries === 1 && before > 0 && corrected > 0) return corrected;
  return tries < 3 ? shift / 4 : 0;
}
