/** Returns whether each of `n` elements is above −∞; NaN is not. */
export function isAboveNegativeInfinity(from: usize, n: i32): bool {
  const lowest = f32x4.splat(-Infinity);
  const end = from + ((<usize>n) << 2);
  const whole = from + ((<usize>(n & ~15)) << 2);
  for (; from < whole; from += 64) {
    const left = v128.and(f32x4.gt(v128.load(from), lowest), f32x4.gt(v128.load(from, 16), lowest));
    const right = v128.and(
      f32x4.gt(v128.load(from, 32), lowest),
      f32x4.gt(v128.load(from, 48), lowest),
    );
    if (!i32x4.all_true(v128.and(left, right))) return false;
  }
  for (; from < end; from += 4) if (!(load<f32>(from) > -Infinity)) return false;
  return true;
}
