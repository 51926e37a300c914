/** Vectors in an array that lie `step` apart. */
export interface Vectors {
  readonly values: Float32Array;
  readonly step: number;
}

/**
 * Adds a vector times a matrix, `to[at + i] += Σₖ a[aAt + k·a.step] · b[bAt + k·b.step + i]` for
 * i < n and k < count. It takes four terms per visit of their sum.
 */
export function addProduct(
  to: Float64Array,
  at: number,
  n: number,
  count: number,
  { values: a, step: aStep }: Vectors,
  aAt: number,
  { values: b, step: bStep }: Vectors,
  bAt: number,
): void {
  const end = at + n;
  let k = 0;
  for (; k + 4 <= count; k += 4, aAt += 4 * aStep, bAt += 4 * bStep) {
    const a0 = a[aAt]!;
    const a1 = a[aAt + aStep]!;
    const a2 = a[aAt + 2 * aStep]!;
    const a3 = a[aAt + 3 * aStep]!;
    let b0 = bAt;
    let b1 = b0 + bStep;
    let b2 = b1 + bStep;
    let b3 = b2 + bStep;
    for (let i = at; i < end; i++)
      to[i]! += a0 * b[b0++]! + a1 * b[b1++]! + (a2 * b[b2++]! + a3 * b[b3++]!);
  }
  for (; k < count; k++, aAt += aStep, bAt += bStep) {
    const a0 = a[aAt]!;
    let b0 = bAt;
    for (let i = at; i < end; i++) to[i]! += a0 * b[b0++]!;
  }
}
