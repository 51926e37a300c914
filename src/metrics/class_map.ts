import type { Tensor } from '@tensorflow/tfjs-core';
import { isInt32Array, isUint8Array } from '../internal/brands.js';
import { checkTensor, fail, isTensor } from '../internal/check.js';

/** Classes of pixels or of samples: an int32 tensor of any shape, or integers in host memory. */
export type ClassMap = Tensor | Int32Array | Uint8Array;

/** Refuses values that are not class maps. */
export function checkClassMap(
  where: string,
  parameter: string,
  value: unknown,
): asserts value is ClassMap {
  if (isInt32Array(value) || isUint8Array(value)) return;
  if (!isTensor(value))
    fail('type', where, parameter, 'an int32 tensor, an Int32Array or a Uint8Array', value);
  checkTensor(where, parameter, value, { dtype: 'int32' });
}

export const sizeOfMap = (map: ClassMap): number => (isTensor(map) ? map.size : map.length);

export const readClassMap = async (map: ClassMap): Promise<ArrayLike<number>> =>
  isTensor(map) ? map.data<'int32'>() : map;
