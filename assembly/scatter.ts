/**
 * Computes the transpose of gathering patches: adds each row of a patch matrix to its place in framed
 * images, which are zero at the start. Strides are in bytes.
 *
 * @param run The number of elements that are adjacent in both: a row of the filter.
 */
export function scatterPatches(
  patches: usize,
  to: usize,
  images: i32,
  imageStride: i32,
  height: i32,
  rowStride: i32,
  width: i32,
  columnStride: i32,
  filterHeight: i32,
  filterStride: i32,
  run: i32,
): void {
  const whole = run & ~3;
  for (let n = 0; n < images; n++)
    for (let p = 0; p < height; p++)
      for (let q = 0; q < width; q++)
        for (let i = 0; i < filterHeight; i++) {
          let at = to + n * imageStride + p * rowStride + q * columnStride + i * filterStride;
          let r = 0;
          for (; r < whole; r += 4, at += 16, patches += 16)
            v128.store(at, f32x4.add(v128.load(at), v128.load(patches)));
          for (; r < run; r++, at += 4, patches += 4)
            store<f32>(at, load<f32>(at) + load<f32>(patches));
        }
}
