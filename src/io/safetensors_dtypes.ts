import { isFloat32Array } from '../internal/brands.js';
import type { StateArray } from '../types.js';
import { smallFloats } from './small_floats.js';

type Elements = StateArray['data'];

interface StoredType {
  /** The number of bytes in an element. */
  readonly bytes: number;
  /** Reads elements, or returns the index of the first one that the result cannot represent. */
  readonly read: (bytes: Uint8Array<ArrayBuffer>) => Elements | number;
}

type Numbers =
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;
type View = new (buffer: ArrayBuffer) => Numbers;

/** Makes a function that reads integers as int32. */
const integers =
  (view: View) =>
  ({ buffer }: Uint8Array<ArrayBuffer>): Int32Array | number => {
    const values = new view(buffer);
    const result = new Int32Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < -(2 ** 31) || value >= 2 ** 31) return i;
      result[i] = Number(value);
    }
    return result;
  };

/** Reads float64 as float32, or returns the index of the first finite value beyond the range of float32. */
function doubles({ buffer }: Uint8Array<ArrayBuffer>): Float32Array | number {
  const values = new Float64Array(buffer);
  const result = new Float32Array(values);
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(result[i]) && Number.isFinite(values[i])) return i;
  return result;
}

const halves = (dtype: string): StoredType => ({
  bytes: 2,
  read: ({ buffer }) => smallFloats(dtype, new Uint16Array(buffer)),
});
const quarters = (dtype: string): StoredType => ({
  bytes: 1,
  read: (bytes) => smallFloats(dtype, bytes),
});

/** The dtypes that are read, by their names in the format. */
export const STORED_TYPES: ReadonlyMap<string, StoredType> = new Map<string, StoredType>([
  // the bits are kept, also the payload of a NaN
  ['F32', { bytes: 4, read: ({ buffer }) => new Float32Array(buffer) }],
  ['F64', { bytes: 8, read: doubles }],
  ['F16', halves('F16')],
  ['BF16', halves('BF16')],
  ['F8_E4M3', quarters('F8_E4M3')],
  ['F8_E5M2', quarters('F8_E5M2')],
  ['F8_E8M0', quarters('F8_E8M0')],
  ['F8_E4M3FNUZ', quarters('F8_E4M3FNUZ')],
  ['F8_E5M2FNUZ', quarters('F8_E5M2FNUZ')],
  ['I32', { bytes: 4, read: ({ buffer }) => new Int32Array(buffer) }],
  ['I64', { bytes: 8, read: integers(BigInt64Array) }],
  ['I16', { bytes: 2, read: integers(Int16Array) }],
  ['I8', { bytes: 1, read: integers(Int8Array) }],
  ['U64', { bytes: 8, read: integers(BigUint64Array) }],
  ['U32', { bytes: 4, read: integers(Uint32Array) }],
  ['U16', { bytes: 2, read: integers(Uint16Array) }],
  ['U8', { bytes: 1, read: integers(Uint8Array) }],
  ['BOOL', { bytes: 1, read: (bytes) => Int32Array.from(bytes, (value) => Number(value !== 0)) }],
]);

/** Returns what to do in Python about a tensor whose values are not read here. */
export function adviceFor(dtype: string): string {
  return /^C(64|128)$/.test(dtype)
    ? 'Complex numbers have two parts: save torch.view_as_real(tensor).'
    : 'Save it as float32: tensor.float().';
}

/**
 * Reads `bytes` as an array of a stored dtype, or returns the index of the first element that the result cannot
 * represent.
 */
export function readArray(
  bytes: Uint8Array,
  dtype: string,
  shape: readonly number[],
): StateArray | number {
  // a copy: the bytes may begin anywhere in the file, and the result must not share their memory
  const data = STORED_TYPES.get(dtype)!.read(new Uint8Array(bytes));
  if (typeof data === 'number') return data;
  return dtype === 'I64' ? { shape, data, dtype } : { shape, data };
}

/** Returns the dtype whose range the values of a stored dtype must fit. */
export const resultOf = (dtype: string): string => (dtype === 'F64' ? 'float32' : 'int32');

/** Returns the dtype in which an array is written. */
export function dtypeOf({ data, dtype }: StateArray): 'I64' | 'F32' | 'I32' {
  return dtype ?? (isFloat32Array(data) ? 'F32' : 'I32');
}

/**
 * Returns the position of a dtype in the file: as in the Python package, wide dtypes come first, and floats
 * before integers.
 */
export const storageOrder = (dtype: 'I64' | 'F32' | 'I32'): number =>
  ['I64', 'F32', 'I32'].indexOf(dtype);

/** Returns the bytes that are written for an array. */
export function bytesOf({ data, dtype }: StateArray): Uint8Array {
  if (dtype !== 'I64') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const wide = new BigInt64Array(data.length);
  data.forEach((value, i) => (wide[i] = BigInt(value)));
  return new Uint8Array(wide.buffer);
}
