/**
 * Brings the axes of an array into another order: axis i of the result is axis `axes[i]` of `data`.
 * Bits are copied, so that even the payload of a NaN stays.
 */
export function permuted(
  data: Float32Array,
  shape: readonly number[],
  axes: readonly number[],
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(data.length);
  const from = new Int32Array(data.buffer, data.byteOffset, data.length);
  const to = new Int32Array(result.buffer);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sizes = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const last = axes.length - 1;
  const [width, step] = last < 0 ? [1, 0] : [sizes[last]!, steps[last]!];
  const index = new Array<number>(Math.max(last, 0)).fill(0);
  let start = 0;
  for (let at = 0; at < to.length;) {
    for (let i = 0, source = start; i < width; i++, source += step) to[at++] = from[source]!;
    for (let axis = last - 1; axis >= 0; axis--) {
      start += steps[axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      start -= sizes[axis]! * steps[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** The order that undoes an order. */
export function inverse(axes: readonly number[]): number[] {
  return axes.map((_, axis) => axes.indexOf(axis));
}
