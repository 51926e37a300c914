/** Copies rows of `width` bytes from one place to another; strides are those of a row, in bytes. */
export class Copies {
  kind: i32;
  from: usize;
  fromStride: usize;
  to: usize;
  toStride: usize;
  width: usize;
  rows: i32;
  rowsOfTask: i32;
}

/** The widest row that is copied in the loop, in bytes: a copy by the engine takes as long as a few numbers. */
const NARROW: usize = 64;

/** Copies the rows of a task. */
export function copyRows(work: Copies, task: i32): void {
  const width = work.width;
  const isNarrow = width <= NARROW && (width & 3) == 0;
  const first = task * work.rowsOfTask;
  let from = work.from + <usize>first * work.fromStride;
  let to = work.to + <usize>first * work.toStride;
  const end = min(first + work.rowsOfTask, work.rows);
  for (let r = first; r < end; r++, from += work.fromStride, to += work.toStride) {
    if (isNarrow) for (let i: usize = 0; i < width; i += 4) store<i32>(to + i, load<i32>(from + i));
    else memory.copy(to, from, width);
  }
}
