import type { StateArray } from '../../types.js';
import { STORED_TYPES, adviceFor, readArray, resultOf } from '../safetensors_dtypes.js';
import type { StorageRecord, TensorView } from './pickle_values.js';
import { quote, refuse } from './refuse.js';

/** Returns the number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, axis) => product * axis, 1);

/** Returns the number of bytes that a storage of the file must have. */
export function storageBytes({ type, elements }: StorageRecord): number {
  return elements * type.elements.bytes;
}

/** Returns the start and the size of a tensor's storage, in elements of the tensor. */
function within({ storage, type }: TensorView): { start: number; elements: number } {
  const scale = storage.record.type.elements.bytes / type.bytes; // 1, except for untyped storages
  return { start: storage.start * scale, elements: Math.floor(storage.elements * scale) };
}

/** Refuses a tensor with a dtype that is not read, or with elements outside its storage. */
export function checkTensor(name: string, tensor: TensorView): void {
  const { type, offset, shape, strides } = tensor;
  if (!STORED_TYPES.has(type.dtype))
    refuse(
      `in which tensor ${quote(name)} has a dtype that is read here`,
      type.name,
      adviceFor(type.dtype),
    );
  const size = sizeOf(shape);
  if (!Number.isSafeInteger(size))
    refuse(`in which tensor ${quote(name)} has a size below 2^53`, shape);
  if (size === 0) return;
  const last = shape.reduce((at, axis, i) => at + (axis - 1) * strides[i]!, offset);
  const { elements } = within(tensor);
  if (last >= elements)
    refuse(
      `in which tensor ${quote(name)} lies inside its storage of ${elements} elements`,
      `element ${last}`,
    );
}

/** Returns whether the elements are adjacent in memory, in the order of the axes. */
function isContiguous({ shape, strides }: TensorView): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/**
 * Returns the bytes of a tensor's elements in order: a part of the file if they are adjacent there, else a copy.
 */
function rowOfBytes(tensor: TensorView, bytes: Uint8Array, width: number): Uint8Array {
  const { shape, strides } = tensor;
  const size = sizeOf(shape);
  const first = (within(tensor).start + tensor.offset) * width;
  if (size === 0 || isContiguous(tensor)) return bytes.subarray(first, first + size * width);
  const row = new Uint8Array(size * width);
  const index = new Array<number>(shape.length).fill(0);
  let from = first;
  for (let to = 0; to < row.length; to += width) {
    for (let byte = 0; byte < width; byte++) row[to + byte] = bytes[from + byte]!;
    // the next index: the last axis runs fastest
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]! * width;
      if (++index[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]! * width;
      index[axis] = 0;
    }
  }
  return row;
}

/** Returns a copy with the bytes of each element in reverse order. */
function turned(row: Uint8Array, width: number): Uint8Array {
  const copy = row.slice();
  for (let at = 0; at < copy.length; at += width) copy.subarray(at, at + width).reverse();
  return copy;
}

/**
 * Reads the elements of a tensor that `checkTensor` has accepted.
 *
 * @param bytes The whole storage, of `storageBytes` bytes.
 */
export function readTensor(
  name: string,
  tensor: TensorView,
  bytes: Uint8Array,
  bigEndian: boolean,
): StateArray {
  const { dtype, bytes: width } = tensor.type;
  const row = rowOfBytes(tensor, bytes, width);
  const array = readArray(bigEndian ? turned(row, width) : row, dtype, [...tensor.shape]);
  if (typeof array === 'number')
    refuse(
      `whose ${dtype} values fit ${resultOf(dtype)}`,
      `element ${array} of tensor ${quote(name)}`,
      dtype === 'F64' ? undefined : adviceFor(dtype),
    );
  return array;
}
