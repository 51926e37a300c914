import { isFloat32Array, isInt32Array } from '../internal/brands.js';
import { fail } from '../internal/check.js';
import type { StateArray } from '../types.js';

/** Refuses what is not an object of entries by name. */
export function checkRecord(where: string, parameter: string, value: unknown): void {
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    ArrayBuffer.isView(value)
  )
    fail('type', where, parameter, 'an object', value);
}

/** Refuses what is not an array of float32 or int32 that fits its shape. */
export function checkArray(where: string, parameter: string, array: StateArray): void {
  const { shape, data, dtype } = (array ?? {}) as Record<keyof StateArray, unknown>;
  if (!(isFloat32Array(data) || isInt32Array(data)))
    fail('type', where, parameter, '{ shape, data } with a Float32Array or an Int32Array', array);
  if (dtype !== undefined && !(dtype === 'I64' && isInt32Array(data)))
    fail('value', where, `${parameter}.dtype`, "'I64' with an Int32Array, or nothing", dtype);
  if (!isShape(shape))
    fail('shape', where, `${parameter}.shape`, 'an array of non-negative integers', shape);
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (size !== data.length)
    fail(
      'shape',
      where,
      `${parameter}.data`,
      `of ${size} elements, as shape [${shape.join(',')}] says`,
      data.length,
    );
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((axis) => Number.isSafeInteger(axis) && axis >= 0);
}
