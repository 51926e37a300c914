import { copyBytes } from './bytes';

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

/** Copies the rows of a task. */
export function copyRows(work: Copies, task: i32): void {
  const width = work.width;
  const first = task * work.rowsOfTask;
  let from = work.from + <usize>first * work.fromStride;
  let to = work.to + <usize>first * work.toStride;
  const end = min(first + work.rowsOfTask, work.rows);
  for (let r = first; r < end; r++, from += work.fromStride, to += work.toStride)
    copyBytes(to, from, width);
}
