import type { StateArray } from '../types.js';

/** Reads one element; `undefined` where the result cannot hold it. */
type Read = (view: DataView, at: number) => number | undefined;

interface StoredType {
  readonly bytes: number;
  /** What a tensor of this dtype becomes. */
  readonly kind: 'float' | 'integer';
  /** Missing where the bytes are those of the result. */
  readonly read: Read | undefined;
}

const within = (value: number | bigint): number | undefined =>
  value >= -(2 ** 31) && value < 2 ** 31 ? Number(value) : undefined;

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits >>> 15 === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

/** A float64 beyond the range of float32 is not the same number any more. */
function doubleToNumber(value: number): number | undefined {
  const rounded = Math.fround(value);
  return Number.isFinite(value) && !Number.isFinite(rounded) ? undefined : rounded;
}

const float = (bytes: number, read?: Read): StoredType => ({ bytes, kind: 'float', read });
const integer = (bytes: number, read?: Read): StoredType => ({ bytes, kind: 'integer', read });

/** The dtypes that are read, by their names in the format. */
export const STORED_TYPES: ReadonlyMap<string, StoredType> = new Map([
  ['F32', float(4)],
  ['F64', float(8, (view, at) => doubleToNumber(view.getFloat64(at, true)))],
  ['F16', float(2, (view, at) => halfToNumber(view.getUint16(at, true)))],
  ['BF16', float(2, (view, at) => bfloatToNumber(view.getUint16(at, true)))],
  ['I32', integer(4)],
  ['I64', integer(8, (view, at) => within(view.getBigInt64(at, true)))],
  ['I16', integer(2, (view, at) => view.getInt16(at, true))],
  ['I8', integer(1, (view, at) => view.getInt8(at))],
  ['U64', integer(8, (view, at) => within(view.getBigUint64(at, true)))],
  ['U32', integer(4, (view, at) => within(view.getUint32(at, true)))],
  ['U16', integer(2, (view, at) => view.getUint16(at, true))],
  ['U8', integer(1, (view, at) => view.getUint8(at))],
  ['BOOL', integer(1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1))],
]);

/**
 * Reads `bytes` as an array of a stored dtype, or returns the index of the first element that the
 * result cannot hold.
 */
export function readArray(
  bytes: Uint8Array,
  dtype: string,
  shape: readonly number[],
): StateArray | number {
  const data = readElements(bytes, dtype);
  if (typeof data === 'number') return data;
  return dtype === 'I64' ? { shape, data, dtype } : { shape, data };
}

function readElements(bytes: Uint8Array, dtype: string): StateArray['data'] | number {
  const { bytes: width, kind, read } = STORED_TYPES.get(dtype)!;
  if (read === undefined) {
    // Byte by byte into a fresh buffer: it may start anywhere, and the payload of a NaN survives.
    const copy = new Uint8Array(bytes.length);
    copy.set(bytes);
    return kind === 'float' ? new Float32Array(copy.buffer) : new Int32Array(copy.buffer);
  }
  const size = bytes.length / width;
  const data = kind === 'float' ? new Float32Array(size) : new Int32Array(size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < size; i++) {
    const value = read(view, i * width);
    if (value === undefined) return i;
    data[i] = value;
  }
  return data;
}

/** The dtype that an array is written in. */
export function dtypeOf({ data, dtype }: StateArray): 'I64' | 'F32' | 'I32' {
  return dtype ?? (data instanceof Float32Array ? 'F32' : 'I32');
}

/** The Python package puts wide dtypes first, and floats before integers. */
export const storageOrder = (dtype: 'I64' | 'F32' | 'I32'): number =>
  ['I64', 'F32', 'I32'].indexOf(dtype);

/** The bytes that an array is written as. */
export function bytesOf({ data, dtype }: StateArray): Uint8Array {
  if (dtype !== 'I64') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const wide = new BigInt64Array(data.length);
  data.forEach((value, i) => (wide[i] = BigInt(value)));
  return new Uint8Array(wide.buffer);
}
