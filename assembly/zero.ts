/** Sets `n` elements to zero. */
export function zero(to: usize, n: i32): void {
  memory.fill(to, 0, (<usize>n) << 2);
}
