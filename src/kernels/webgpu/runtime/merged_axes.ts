/** Neighbouring axes that are reduced, or kept, together. */
export interface MergedAxis {
  readonly size: number;
  /** The distance of neighbours, in elements. */
  readonly stride: number;
  readonly isReduced: boolean;
}

/** Joins neighbouring axes that are both reduced or both kept; axes of size 1 vanish. */
export function mergedAxes(shape: readonly number[], reduced: readonly number[]): MergedAxis[] {
  const merged: MergedAxis[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const isReduced = reduced.includes(axis);
    const last = merged[0];
    if (last?.isReduced === isReduced) merged[0] = { ...last, size: size * last.size };
    else merged.unshift({ size, stride, isReduced });
    stride *= size;
  }
  return merged;
}
