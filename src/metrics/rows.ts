import type { Tensor } from '@tensorflow/tfjs-core';
import { isFloat32Array, isFloat64Array } from '../internal/brands.js';
import { checkOptions, checkTensor, fail, isTensor } from '../internal/check.js';
import { pace } from '../internal/pace.js';

/** Samples in host memory. */
export interface HostRows {
  /** The values, row after row. */
  readonly data: Float32Array | Float64Array;
  /** The sizes of the axes; the first is the number of samples. */
  readonly shape: readonly number[];
}

/**
 * The input of metrics: a float32 tensor, or float32 or float64 values in host memory. The first axis counts
 * the samples.
 */
export type Rows = Tensor | HostRows;

/** Samples as a matrix on the host, one in each row. */
export interface RowMatrix {
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}

export interface RowsRule {
  /** Whether samples may have any rank; each is flattened to one row. */
  readonly flatten?: boolean;
  readonly advice?: string;
}

/**
 * Reads samples as a matrix: the values of a tensor are read back, host memory is not copied. Refuses samples
 * that do not fit, and NaN and infinities, and names the first row that has one.
 */
export async function readRows(
  where: string,
  parameter: string,
  value: unknown,
  { flatten = false, advice }: RowsRule = {},
): Promise<RowMatrix> {
  const shape = checkedShape(where, parameter, value, flatten, advice);
  const rows = shape[0]!;
  const columns = shape.slice(1).reduce((size, axis) => size * axis, 1);
  if (rows < 1 || columns < 1)
    fail('shape', where, parameter, 'of at least one row and one column', value);
  const data = isTensor(value) ? ((await value.data()) as Float32Array) : (value as HostRows).data;

  const turn = pace();
  for (let row = 0; row < rows; row++) {
    for (let i = row * columns; i < (row + 1) * columns; i++)
      if (!Number.isFinite(data[i]))
        fail('value', where, parameter, 'finite in every row', `${data[i]} in row ${row}`);
    await turn();
  }
  return { data, rows, columns };
}

function checkedShape(
  where: string,
  parameter: string,
  value: unknown,
  flatten: boolean,
  advice: string | undefined,
): readonly number[] {
  if (isTensor(value)) {
    const rank = flatten ? { minRank: 2 } : { rank: 2 };
    checkTensor(where, parameter, value, advice === undefined ? rank : { ...rank, advice });
    return value.shape;
  }
  if (typeof value !== 'object' || value === null || !('data' in value) || !('shape' in value))
    fail('type', where, parameter, 'a tensor or { data, shape }', value, advice);
  checkOptions(where, value, ['data', 'shape'], parameter);
  const { data, shape } = value;
  if (!(isFloat32Array(data) || isFloat64Array(data)))
    fail('type', where, `${parameter}.data`, 'a Float32Array or a Float64Array', data);
  const sizes: unknown[] = Array.isArray(shape) ? shape : [];
  if (flatten ? sizes.length < 2 : sizes.length !== 2)
    fail('shape', where, `${parameter}.shape`, flatten ? '[rows, …]' : '[rows, columns]', shape);
  const size = sizes.reduce<number>((product, axis) => product * Number(axis), 1);
  if (!sizes.every((axis) => Number.isSafeInteger(axis)) || size !== data.length)
    fail('shape', where, `${parameter}.shape`, `sizes of product ${data.length}`, shape);
  return sizes as number[];
}
