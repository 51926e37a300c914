/** A matrix as fixtures hold it. */
export interface StoredRows {
  readonly shape: [number, number];
  readonly data: number[];
}

/** A matrix in host memory, in float64. */
export const asRows = ({ shape, data }: StoredRows): { data: Float64Array; shape: number[] } => ({
  data: Float64Array.from(data),
  shape,
});

/** Values as rows of some length. */
export const hostRows = <T extends Float32Array | Float64Array>(
  data: T,
  columns: number,
): { data: T; shape: [number, number] } => ({ data, shape: [data.length / columns, columns] });
