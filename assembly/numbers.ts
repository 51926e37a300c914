/** Returns the address of an element of four bytes. */
export function table(start: usize, index: i32): usize {
  return start + ((<usize>index) << 2);
}

export function ceilDivide(n: i32, by: i32): i32 {
  return (n + by - 1) / by;
}

export function roundUp(n: i32, multiple: i32): i32 {
  return ceilDivide(n, multiple) * multiple;
}
