/** Returns sixteen elements from first to last, and the sum of all magnitudes. */
export function sample(values: ArrayLike<number>): number[] {
  const picked = Array.from({ length: 16 }, (_, i) =>
    Math.floor((i * (values.length - 1)) / 15),
  ).map((i) => values[i]!);
  let total = 0;
  for (let i = 0; i < values.length; i++) total += Math.abs(values[i]!);
  return [...picked, total];
}
