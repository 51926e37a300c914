/** Writes the offsets of a grid with three axes, in bytes; the last axis changes fastest. */
export function offsets(
  to: usize,
  count0: i32,
  stride0: i32,
  count1: i32,
  stride1: i32,
  count2: i32,
  stride2: i32,
): void {
  for (let i = 0; i < count0; i++)
    for (let j = 0; j < count1; j++) {
      let at = i * stride0 + j * stride1;
      for (let k = 0; k < count2; k++, at += stride2, to += 4) store<i32>(to, at);
    }
}
