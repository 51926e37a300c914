/**
 * Copies images into frames and fills the rest of the frames with zeros. Widths are those of a whole row of
 * pixels, in bytes. `top` and `left` may be negative: the image is cropped then.
 */
export function pad(
  from: usize,
  images: i32,
  height: i32,
  width: i32,
  to: usize,
  frameHeight: i32,
  frameWidth: i32,
  top: i32,
  left: i32,
): void {
  const skipped = max(0, -left);
  const before = max(0, left);
  const copied = max(0, min(width - skipped, frameWidth - before));
  const after = frameWidth - before - copied;
  for (let image = 0; image < images; image++, from += height * width)
    for (let h = 0; h < frameHeight; h++, to += frameWidth) {
      const row = h - top;
      if (row < 0 || row >= height) {
        memory.fill(to, 0, frameWidth);
        continue;
      }
      if (before > 0) memory.fill(to, 0, before);
      memory.copy(to + before, from + row * width + skipped, copied);
      if (after > 0) memory.fill(to + before + copied, 0, after);
    }
}
