import { pace } from '../internal/pace.js';

/** Largest square, relative to those beside it, that changes no singular value. */
const NEGLIGIBLE = Number.EPSILON ** 2;
/** The same for a matrix of magnitude one; no quotient by a larger square overflows. */
const TINY = 2 ** -1000;

/** Rows low … high of a bidiagonal matrix, decoupled from the others. */
interface Block {
  low: number;
  high: number;
  /** Sum of the shifts subtracted from the squares of its singular values. */
  shifted: number;
}

/** The squares of the elements of an upper bidiagonal matrix: qᵢ on the diagonal, eᵢ to its right. */
interface Squares {
  readonly q: Float64Array;
  readonly e: Float64Array;
}

/** The remainder of the last row of a step, the least of the rows before it, and the least of all. */
interface Remainders {
  readonly last: number;
  readonly before: number;
  readonly least: number;
}

/**
 * Computes all singular values of an upper bidiagonal matrix, by the dqds algorithm, in float64.
 *
 * A step takes B to a B̂ with B̂ᵀB̂ = BBᵀ − s, for a shift s up to the square of the least singular value,
 * and subtracts nothing but s: so small values are as exact as large ones. The last row is removed when
 * the element above its diagonal has become negligible.
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

/** Finds the first row of the last coupled part of a block. */
function lastStart({ q, e }: Squares, { low, high, shifted }: Block): number {
  let start = high;
  while (start > low) {
    const above = e[start - 1]!;
    if (above <= TINY || above <= NEGLIGIBLE * (shifted + q[start]!)) break;
    start--;
  }
  return start;
}

/** Takes one step on a block, reducing the shift until it succeeds; `least` is from the step before. */
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

/** Takes one step on a block; the least remainder is negative or NaN if the shift was too large. */
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
 * Proposes a shift that is likely to be just below the least square of a singular value.
 *
 * The last diagonal element of BBᵀ is off by at most the square of the element beside it, divided by the
 * gap to the other rows, if it is the least. Otherwise only a remainder is known.
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

/** Corrects the shift by the last remainder if only the last row failed; else cuts it. */
function smallerShift(shift: number, { last, before }: Remainders, tries: number): number {
  const corrected = (shift + last) * (1 - 2 * Number.EPSILON);
  if (tries === 1 && before > 0 && corrected > 0) return corrected;
  return tries < 3 ? shift / 4 : 0;
}
