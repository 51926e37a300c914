/** Reads two elements as float64. */
export function two(from: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load_zero<u64>(from));
}

function bothOf(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** Adds up a row in eight independent sums, which the processor can compute at the same time. */
export function sumOfRow(from: usize, count: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  const end = from + ((<usize>count) << 2);
  for (; from + 32 <= end; from += 32) {
    s0 = f64x2.add(s0, two(from));
    s1 = f64x2.add(s1, two(from + 8));
    s2 = f64x2.add(s2, two(from + 16));
    s3 = f64x2.add(s3, two(from + 24));
  }
  let total = bothOf(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)));
  for (; from < end; from += 4) total += load<f32>(from);
  return total;
}
