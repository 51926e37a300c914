import { add } from './add';
import { copyBytes } from './bytes';

/**
 * Mirror padding of images [outer, height, width, pixel], and its gradient. The border pixel is repeated if the
 * distance is 0, and is not if it is 1.
 */
export class Mirror {
  kind: i32;
  from: usize;
  to: usize;
  outer: i32;
  height: i32;
  width: i32;
  /** The number of elements of a pixel. */
  pixel: i32;
  top: i32;
  bottom: i32;
  left: i32;
  right: i32;
  distance: i32;
  rowsOfTask: i32;
}

/** Returns the element that is copied to `i`, which counts from the first one that is no copy. */
function mirrored(i: i32, length: i32, distance: i32): i32 {
  if (i < 0) return distance - 1 - i;
  return i < length ? i : 2 * length - 1 - distance - i;
}

/** Writes the rows of a task, of the padded images. */
export function mirrorRows(work: Mirror, task: i32): void {
  const pixel = (<usize>work.pixel) << 2;
  const row = <usize>work.width * pixel;
  const height = work.height + work.top + work.bottom;
  const end = min((task + 1) * work.rowsOfTask, work.outer * height);
  for (let r = task * work.rowsOfTask; r < end; r++) {
    const h = mirrored((r % height) - work.top, work.height, work.distance);
    const from = work.from + <usize>((r / height) * work.height + h) * row;
    let to = work.to + <usize>r * (row + <usize>(work.left + work.right) * pixel);
    for (let w = -work.left; w < 0; w++, to += pixel)
      copyBytes(to, from + <usize>mirrored(w, work.width, work.distance) * pixel, pixel);
    copyBytes(to, from, row);
    to += row;
    for (let w = work.width; w < work.width + work.right; w++, to += pixel)
      copyBytes(to, from + <usize>mirrored(w, work.width, work.distance) * pixel, pixel);
  }
}

/** Computes the rows of a task, of the gradient before padding: each element gets the slopes of its copies. */
export function foldRows(work: Mirror, task: i32): void {
  const row = (<usize>work.width * work.pixel) << 2;
  const end = min((task + 1) * work.rowsOfTask, work.outer * work.height);
  for (let r = task * work.rowsOfTask; r < end; r++) {
    const h = r % work.height;
    const to = work.to + <usize>r * row;
    const outer = r / work.height;
    const before = work.distance - 1 - h;
    const behind = 2 * work.height - 1 - work.distance - h;
    foldRow(work, outer, h, to, false);
    if (before < 0 && before >= -work.top) foldRow(work, outer, before, to, true);
    if (behind >= work.height && behind < work.height + work.bottom)
      foldRow(work, outer, behind, to, true);
  }
}

/** Writes or adds the slopes of one padded row, and then those of its borders. */
function foldRow(work: Mirror, outer: i32, h: i32, to: usize, adds: bool): void {
  const width = work.width;
  const pixel = (<usize>work.pixel) << 2;
  const height = work.height + work.top + work.bottom;
  const padded = <usize>(work.left + width + work.right) * pixel;
  const row = work.from + <usize>(outer * height + work.top + h) * padded;
  const start = row + <usize>work.left * pixel;
  if (adds) add(start, to, width * work.pixel);
  else copyBytes(to, start, <usize>width * pixel);
  for (let w = -work.left; w < 0; w++)
    add(
      start + <usize>w * pixel,
      to + <usize>mirrored(w, width, work.distance) * pixel,
      work.pixel,
    );
  for (let w = width; w < width + work.right; w++)
    add(
      start + <usize>w * pixel,
      to + <usize>mirrored(w, width, work.distance) * pixel,
      work.pixel,
    );
}
