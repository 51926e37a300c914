/** A matrix in the form that fixtures use. */
export interface StoredRows {
  readonly shape: [number, number];
  readonly data: number[];
}

/** Returns a matrix as float64 rows in host memory. */
export const asRows = ({ shape, data }: StoredRows): { data: Float64Array; shape: number[] } => ({
  data: Float64Array.from(data),
  shape,
});

/** Returns values as rows of `columns` elements. */
export const hostRows = <T extends Float32Array | Float64Array>(
  data: T,
  columns: number,
): { data: T; shape: [number, number] } => ({ data, shape: [data.length / columns, columns] });
