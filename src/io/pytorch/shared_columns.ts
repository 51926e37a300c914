/** The place of a weight among several that an entry has side by side: one of equal shares of its columns. */
export interface Share {
  readonly index: number;
  /** The number of shares. */
  readonly of: number;
}

/** Calls `copy` with the place of each row of a share, in the entry and in the weight. */
function eachRow(
  size: number,
  rows: number,
  { index, of }: Share,
  copy: (inEntry: number, inWeight: number, width: number) => void,
): void {
  const width = size / rows / of;
  for (let row = 0; row < rows; row++) copy((row * of + index) * width, row * width, width);
}

/** Copies the columns of a share out of an entry, bit by bit. */
export function takeShare(entry: Float32Array, rows: number, share: Share): Float32Array {
  const weight = new Float32Array(entry.length / share.of);
  eachRow(entry.length, rows, share, (from, to, width) =>
    weight.set(entry.subarray(from, from + width), to),
  );
  return weight;
}

/** Copies a weight into its columns of an entry, bit by bit. */
export function putShare(
  entry: Float32Array,
  rows: number,
  share: Share,
  weight: Float32Array,
): void {
  eachRow(entry.length, rows, share, (to, from, width) =>
    entry.set(weight.subarray(from, from + width), to),
  );
}
