/** Returns Σ xᵢ yᵢ from element `from` on. */
export function dot(x: Float64Array, y: Float64Array, from = 0): number {
  let total = 0;
  for (let i = from; i < x.length; i++) total += x[i]! * y[i]!;
  return total;
}
