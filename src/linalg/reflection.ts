import { dot } from './dot.js';

/** Least square with all its digits; negligible in a matrix of magnitude one. */
const TINY = 2 ** -1000;

/** I − scale · v vᵀ, which takes x to (value, 0, 0, …). */
export interface Reflection {
  readonly scale: number;
  readonly value: number;
}

/** Replaces x, from element `from` on, by the v of its reflection. */
export function reflect(x: Float64Array, from = 0): Reflection {
  const length = Math.sqrt(dot(x, x, from));
  const value = x[from]! > 0 ? -length : length; // away from x, so that nothing cancels
  x[from]! -= value;
  const square = dot(x, x, from);
  return { scale: square < TINY ? 0 : 2 / square, value };
}
