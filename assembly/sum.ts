/** Reads two elements as float64. */
function two(from: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load_zero<u64>(from));
}

function bothOf(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/**
 * Computes the sums over the middle axis of a block [outer, count, inner], times a factor. They are added in
 * float64 and rounded once.
 */
export function sum(from: usize, outer: i32, count: i32, inner: i32, factor: f64, to: usize): void {
  const row = (<usize>inner) << 2;
  const size = <usize>count * row;
  for (let o = 0; o < outer; o++, from += size) {
    if (inner == 1) {
      store<f32>(to, <f32>(sumOfRow(from, count) * factor));
      to += 4;
    } else {
      let column: usize = 0;
      for (; column + 64 <= row; column += 64)
        sumOfColumns(from + column, from + size, row, factor, to + column);
      for (; column < row; column += 4) {
        let total: f64 = 0;
        for (let at = from + column; at < from + size; at += row) total += load<f32>(at);
        store<f32>(to + column, <f32>(total * factor));
      }
      to += row;
    }
  }
}

/** Adds up a row in eight independent sums, which the processor can compute at the same time. */
function sumOfRow(from: usize, count: i32): f64 {
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

/** Adds up sixteen columns, which are one cache line in each row. */
function sumOfColumns(from: usize, end: usize, row: usize, factor: f64, to: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let s4 = f64x2.splat(0);
  let s5 = f64x2.splat(0);
  let s6 = f64x2.splat(0);
  let s7 = f64x2.splat(0);
  for (; from < end; from += row) {
    s0 = f64x2.add(s0, two(from));
    s1 = f64x2.add(s1, two(from + 8));
    s2 = f64x2.add(s2, two(from + 16));
    s3 = f64x2.add(s3, two(from + 24));
    s4 = f64x2.add(s4, two(from + 32));
    s5 = f64x2.add(s5, two(from + 40));
    s6 = f64x2.add(s6, two(from + 48));
    s7 = f64x2.add(s7, two(from + 56));
  }
  const factors = f64x2.splat(factor);
  rounded(to, s0, s1, factors);
  rounded(to + 16, s2, s3, factors);
  rounded(to + 32, s4, s5, factors);
  rounded(to + 48, s6, s7, factors);
}

function rounded(to: usize, left: v128, right: v128, factors: v128): void {
  const low = f32x4.demote_f64x2_zero(f64x2.mul(left, factors));
  const high = f32x4.demote_f64x2_zero(f64x2.mul(right, factors));
  v128.store(to, v128.shuffle<f64>(low, high, 0, 2));
}
