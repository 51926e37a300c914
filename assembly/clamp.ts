function clampFour(x: v128, low: v128, high: v128): v128 {
  const clamped = f32x4.pmin(high, f32x4.pmax(low, x));
  // for NaN the result above is a bound; setting all bits makes it NaN again
  return v128.or(clamped, f32x4.ne(x, x));
}

/** Computes `to = min(max(from, low), high)`, element by element; NaN stays NaN. */
export function clamp(from: usize, to: usize, n: i32, low: f32, high: f32): void {
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  const end = to + ((<usize>n) << 2);
  const whole = to + ((<usize>(n & ~15)) << 2);
  for (; to < whole; from += 64, to += 64) {
    v128.store(to, clampFour(v128.load(from), lows, highs));
    v128.store(to, clampFour(v128.load(from, 16), lows, highs), 16);
    v128.store(to, clampFour(v128.load(from, 32), lows, highs), 32);
    v128.store(to, clampFour(v128.load(from, 48), lows, highs), 48);
  }
  for (; to < end; from += 4, to += 4) {
    const x = load<f32>(from);
    // the same choices between −0 and 0 as above
    const raised = low < x ? x : low;
    store<f32>(to, x != x ? x : raised < high ? raised : high);
  }
}
