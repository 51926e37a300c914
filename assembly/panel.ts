/**
 * Copies four lines of a matrix so that their elements alternate, the order that tiles need: `to[k][i]` is
 * the element at `base + lines[i] + offsets[k]`. The last line is repeated if there are fewer than four.
 *
 * @param lines The offsets of the lines, in bytes; there are `count` of them.
 * @param offsets The offsets of the `k` elements of a line, in bytes.
 * @param step The bytes from one group of four to the next.
 */
export function panel(
  base: usize,
  lines: usize,
  count: i32,
  offsets: usize,
  k: i32,
  to: usize,
  step: usize,
): void {
  const end = offsets + ((<usize>k) << 2);
  if (count >= 4 && isRun(lines)) {
    base += load<u32>(lines);
    for (; offsets < end; offsets += 4, to += step)
      v128.store(to, v128.load(base + load<u32>(offsets)));
    return;
  }
  const line0 = address(base, lines, 0, count);
  const line1 = address(base, lines, 1, count);
  const line2 = address(base, lines, 2, count);
  const line3 = address(base, lines, 3, count);
  while (offsets < end) {
    const at = load<u32>(offsets);
    if (end - offsets >= 16 && isRun(offsets)) {
      const x0 = v128.load(line0 + at);
      const x1 = v128.load(line1 + at);
      const x2 = v128.load(line2 + at);
      const x3 = v128.load(line3 + at);
      const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
      to += step;
      v128.store(to, v128.shuffle<f64>(low01, low23, 1, 3));
      to += step;
      v128.store(to, v128.shuffle<f64>(high01, high23, 0, 2));
      to += step;
      v128.store(to, v128.shuffle<f64>(high01, high23, 1, 3));
      to += step;
      offsets += 16;
    } else {
      store<f32>(to, load<f32>(line0 + at));
      store<f32>(to, load<f32>(line1 + at), 4);
      store<f32>(to, load<f32>(line2 + at), 8);
      store<f32>(to, load<f32>(line3 + at), 12);
      to += step;
      offsets += 4;
    }
  }
}

/** Returns whether four increasing offsets follow each other without a gap. */
function isRun(offsets: usize): bool {
  return load<u32>(offsets, 12) - load<u32>(offsets) == 12;
}

function address(base: usize, lines: usize, i: i32, count: i32): usize {
  return base + load<u32>(lines + ((<usize>min(i, count - 1)) << 2));
}
