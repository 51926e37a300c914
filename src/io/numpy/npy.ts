import { fail } from '../../internal/check.js';

/** An array of a NumPy file. */
export interface NumpyArray {
  readonly shape: readonly number[];
  /** The elements, row after row. */
  readonly data: Float64Array;
}

const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY')];
/** The number of bytes before the header: magic number, version and, before version 2, the header's length. */
const PREFIX = 10;
const ALIGNMENT = 64;

/** Writes a matrix or a vector as a .npy file, as `numpy.save` does with float64. */
export function encodeNpy({ shape, data }: NumpyArray): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const fields = `{'descr': '<f8', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = Math.ceil((PREFIX + fields.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + 8 * data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([...MAGIC, 1, 0]);
  view.setUint16(8, start - PREFIX, true);
  bytes.set(new TextEncoder().encode(fields.padEnd(start - PREFIX - 1) + '\n'), PREFIX);
  data.forEach((value, i) => view.setFloat64(start + 8 * i, value, true));
  return bytes;
}

/**
 * Reads a .npy file of float32 or float64, in either byte order. Its last axis may be the one that changes fastest, or the first.
 */
export function decodeNpy(where: string, name: string, bytes: Uint8Array): NumpyArray {
  const refuse = (rule: string, received: unknown): never =>
    fail('value', where, 'bytes', `a file whose ${name} ${rule}`, received);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX + 2 || MAGIC.some((byte, i) => bytes[i] !== byte))
    refuse('is an array of NumPy', 'other bytes');
  const long = bytes[6]! > 1;
  const begin = long ? PREFIX + 2 : PREFIX;
  const start = begin + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  if (start > bytes.length) refuse('is whole', `${bytes.length} bytes`);
  const header = new TextDecoder('latin1').decode(bytes.subarray(begin, start));
  const dtype = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const { size, big } =
    DTYPES[dtype ?? ''] ?? refuse('is of float32 or float64', dtype ?? header.slice(0, 80));
  const sizes = /'shape':\s*\(([\d, ]*)\)/.exec(header)?.[1]?.split(',') ?? [];
  const shape = sizes.filter((one) => one.trim() !== '').map(Number);
  const count = shape.reduce((product, axis) => product * axis, 1);
  if (bytes.length - start !== count * size)
    refuse(`has ${count} values`, `${bytes.length - start} bytes of ${dtype}`);

  const data = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = start + i * size;
    data[i] = size === 8 ? view.getFloat64(at, !big) : view.getFloat32(at, !big);
  }
  const fortran = /'fortran_order':\s*True/.test(header);
  return { shape, data: fortran ? lastAxisFastest(data, shape) : data };
}

const DTYPES: Readonly<Record<string, { readonly size: 4 | 8; readonly big: boolean }>> = {
  '<f4': { size: 4, big: false },
  '<f8': { size: 8, big: false },
  '>f4': { size: 4, big: true },
  '>f8': { size: 8, big: true },
};

/** Reorders an array whose first axis changes fastest to one whose last axis does. */
function lastAxisFastest(data: Float64Array, shape: readonly number[]): Float64Array {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  return data.map((_, place) => {
    let from = 0;
    for (let axis = shape.length - 1, rest = place; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return data[from]!;
  });
}
