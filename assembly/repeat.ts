/** Writes a row of `n` elements `rows` times. */
export function repeat(from: usize, n: i32, to: usize, rows: i32): void {
  const end = from + ((<usize>n) << 2);
  const whole = from + ((<usize>(n & ~3)) << 2);
  for (let row = 0; row < rows; row++) {
    let at = from;
    for (; at < whole; at += 16, to += 16) v128.store(to, v128.load(at));
    for (; at < end; at += 4, to += 4) store<f32>(to, load<f32>(at));
  }
}
