/** Computes `to += from`, element by element. */
export function add(from: usize, to: usize, n: i32): void {
  const end = to + ((<usize>n) << 2);
  const whole = to + ((<usize>(n & ~3)) << 2);
  for (; to < whole; from += 16, to += 16)
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  for (; to < end; from += 4, to += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}
