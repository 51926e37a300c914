/**
 * One axis of an array whose axes are reordered: its size, and the distances between neighbours before and after.
 */
interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Reorders the axes of an array: axis i of the result is axis `axes[i]` of `data`. Bits are copied, so that even
 * the payload of a NaN is kept.
 */
export function permuted(
  data: Float32Array,
  shape: readonly number[],
  axes: readonly number[],
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(data.length);
  const source = new Int32Array(data.buffer, data.byteOffset, data.length);
  const target = new Int32Array(result.buffer);
  const [outer, middle, inner] = loops(shape, axes);

  const index = new Array<number>(outer.length).fill(0);
  let [from, to] = [0, 0];
  const count = outer.reduce((product, { size }) => product * size, 1);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < middle.size; i++) {
      let [a, b] = [from + i * middle.from, to + i * middle.to];
      for (let j = 0; j < inner.size; j++, a += inner.from, b += inner.to) target[b] = source[a]!;
    }
    for (let k = outer.length - 1; k >= 0; k--) {
      const axis = outer[k]!;
      from += axis.from;
      to += axis.to;
      if (++index[k]! < axis.size) break;
      from -= axis.size * axis.from;
      to -= axis.size * axis.to;
      index[k] = 0;
    }
  }
  return result;
}

/** Returns the order of axes that undoes another one. */
export function inverse(axes: readonly number[]): number[] {
  return axes.map((_, axis) => axes.indexOf(axis));
}

/**
 * Returns the axes to loop over, from the outermost to the innermost. The last two are those whose elements are
 * adjacent before or after reordering, so that whole cache lines are read or written at a time.
 */
function loops(
  shape: readonly number[],
  axes: readonly number[],
): [outer: Axis[], middle: Axis, inner: Axis] {
  const one: Axis = { size: 1, from: 1, to: 1 };
  const strideIn = (sizes: readonly number[], axis: number) =>
    sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
  const sizes = axes.map((axis) => shape[axis]!);
  const all = axes.map((axis, i): Axis => {
    return { size: shape[axis]!, from: strideIn(shape, axis), to: strideIn(sizes, i) };
  });
  const merged: Axis[] = [];
  for (const axis of all) {
    if (axis.size === 1) continue;
    const before = merged.at(-1);
    // adjacent in both orders: the two run as one axis, for example a kernel's height and width
    if (before?.from === axis.from * axis.size && before.to === axis.to * axis.size)
      merged[merged.length - 1] = { ...axis, size: before.size * axis.size };
    else merged.push(axis);
  }
  const close = merged.filter(({ from, to }) => from === 1 || to === 1);
  close.sort((a, b) => b.size - a.size);
  const inner = close.pop() ?? one;
  const middle = close.pop() ?? one;
  return [merged.filter((axis) => axis !== middle && axis !== inner), middle, inner];
}
