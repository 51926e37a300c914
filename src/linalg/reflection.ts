import { dot } from './dot.js';

/** Squares below this have lost their digits; of a matrix of order one they are nothing. */
const TINY = 2 ** -1000;

/** I − scale · v vᵀ, which takes x to (value, 0, 0, …). */
export interface Reflection {
  readonly scale: number;
  readonly value: number;
}

/** Overwrites x, from element `from` on, with the v of its reflection. */
export function reflect(x: Float64Array, from = 0): Reflection {
  const length = Math.sqrt(dot(x, x, from));
  const value = x[from]! > 0 ? -length : length; // away from x, so that nothing cancels
  x[from]! -= value;
  const square = dot(x, x, from);
  return { scale: square < TINY ? 0 : 2 / square, value };
}
