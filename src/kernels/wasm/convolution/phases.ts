/** The positions a, a + stride, a + 2·stride … of one axis of dx, and the taps that reach them. */
export interface Phase {
  readonly offset: number;
  readonly count: number;
  /** Number of taps of the filter that reach these positions, and the last of them. */
  readonly taps: number;
  readonly lastTap: number;
  /** The place in dy, perhaps beyond it, that the last tap brings to the first of these positions. */
  readonly first: number;
}

/** Lists the phases of dx[s·p + i − pad] = Σ dy[p]·W[i]: taps i ≡ a + pad (mod s) reach position a + s·m. */
export function phasesOf(
  size: number,
  filterSize: number,
  stride: number,
  pad: number,
): readonly Phase[] {
  return Array.from({ length: Math.min(stride, size) }, (_, offset) => {
    // 3-D convolutions have negative padding if the stride is longer than the filter
    const nearest = (((offset + pad) % stride) + stride) % stride;
    const taps = Math.max(0, Math.ceil((filterSize - nearest) / stride));
    const lastTap = nearest + (taps - 1) * stride;
    return {
      offset,
      count: Math.ceil((size - offset) / stride),
      taps,
      lastTap,
      first: (offset + pad - lastTap) / stride,
    };
  });
}

/** Computes the span of dy's axis that all phases see, and how far before the axis it starts. */
export function spanOf(phases: readonly Phase[]): { size: number; before: number } {
  const reached = phases.filter(({ taps }) => taps > 0);
  const start = Math.min(...reached.map(({ first }) => first));
  const end = Math.max(...reached.map(({ first, count, taps }) => first + count - 1 + taps));
  return reached.length === 0 ? { size: 0, before: 0 } : { size: end - start, before: -start };
}
