/*
 * Copies for tasks, which any thread runs. memory.copy and memory.fill are only for the thread of JavaScript: an
 * engine compares their addresses with the size of the memory, and a thread that started while the memory grew may
 * not know its size (V8 11 traps in one start of a thousand). Loads and stores find the new pages.
 */

/** Copies `n` bytes. */
export function copyBytes(to: usize, from: usize, n: usize): void {
  const end = to + n;
  for (; to + 64 <= end; to += 64, from += 64) {
    const second = v128.load(from, 16);
    const third = v128.load(from, 32);
    const fourth = v128.load(from, 48);
    v128.store(to, v128.load(from));
    v128.store(to, second, 16);
    v128.store(to, third, 32);
    v128.store(to, fourth, 48);
  }
  for (; to + 4 <= end; to += 4, from += 4) store<i32>(to, load<i32>(from));
  for (; to < end; to++, from++) store<u8>(to, load<u8>(from));
}

/** Sets `n` pairs of float64 to zero. */
export function zeroPairs(to: usize, n: i32): void {
  const end = to + ((<usize>n) << 4);
  for (; to < end; to += 16) v128.store(to, f64x2.splat(0));
}
