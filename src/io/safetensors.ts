import { isUint8Array } from '../internal/brands.js';
import { checkOptions, fail } from '../internal/check.js';
import type { StateArray } from '../types.js';
import { checkArray, checkRecord } from './check_array.js';
import {
  adviceFor,
  bytesOf,
  dtypeOf,
  readArray,
  resultOf,
  storageOrder,
} from './safetensors_dtypes.js';
import { MAX_HEADER_BYTES, METADATA_KEY, readHeader, refuse } from './safetensors_header.js';

/** The content of a safetensors file: named arrays, and strings as metadata. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, StateArray>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes arrays in the safetensors format, which PyTorch, JAX and others read.
 *
 * The file consists of 8 bytes with the header's length (little-endian), a JSON header padded with spaces to a
 * multiple of 8 bytes, and the data: first I64, then F32, then I32, each sorted by name. So is the metadata:
 * equal contents give equal bytes. I64 is written for int32 arrays marked `dtype: 'I64'`; PyTorch's counters have
 * this dtype.
 *
 * @param content `tensors`: float32 and int32 arrays with their shapes; `metadata`: strings.
 * @returns The bytes of the file, which share no memory with the arrays.
 * @throws GanKitError if a shape and its data disagree, or an array has neither of the two dtypes.
 *
 * **Differentiable:** no; arrays, not tensors.
 *
 * @example
 * ```ts
 * import { encodeSafetensors } from 'gan-kit/io';
 *
 * const bytes = encodeSafetensors({
 *   tensors: { 'dense/bias': { shape: [2], data: Float32Array.of(1, 2) } },
 *   metadata: { epoch: '7' },
 * });
 * console.log(new DataView(bytes.buffer).getUint32(0, true) % 8, bytes.length % 8); // → 0 0
 * ```
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export function encodeSafetensors(content: Safetensors): Uint8Array {
  const where = 'encodeSafetensors';
  checkOptions(where, content, ['tensors', 'metadata'], 'content');
  const { tensors, metadata } = content;
  checkRecord(where, 'tensors', tensors);
  const named = Object.entries(tensors).map(([name, array]) => {
    checkEntry(where, name, array);
    const dtype = dtypeOf(array);
    return { name, array, dtype, bytes: bytesOf(array) };
  });
  named.sort(
    (a, b) => storageOrder(a.dtype) - storageOrder(b.dtype) || byCodePoint(a.name, b.name),
  );

  // field by field, not by one JSON.stringify: an object would move names such as '10' to the front
  const fields: string[] = [];
  if (metadata !== undefined) {
    checkRecord(where, 'metadata', metadata);
    const entries = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, value] of entries)
      if (typeof value !== 'string') fail('type', where, `metadata['${key}']`, 'a string', value);
    fields.push(`"${METADATA_KEY}":${JSON.stringify(Object.fromEntries(entries))}`);
  }
  let offset = 0;
  for (const { name, array, dtype, bytes } of named) {
    const end = offset + bytes.length;
    const info = { dtype, shape: array.shape, data_offsets: [offset, end] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
    offset = end;
  }
  const header = new TextEncoder().encode(`{${fields.join(',')}}`);
  const length = Math.ceil(header.length / 8) * 8;
  if (length > MAX_HEADER_BYTES)
    fail(
      'value',
      where,
      'metadata',
      `small enough for a header of ${MAX_HEADER_BYTES} bytes`,
      length,
    );

  const bytes = new Uint8Array(8 + length + offset);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(header, 8);
  bytes.fill(0x20, 8 + header.length, 8 + length);
  let at = 8 + length;
  for (const { bytes: part } of named) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Reads a safetensors file strictly: it refuses every deviation from the format, and allocates nothing before it
 * has checked that the header fits the file.
 *
 * F32 and I32 are read bit for bit. F64, F16, BF16 and the F8 dtypes become float32 (F64 rounded to the nearest);
 * I64, I16, I8, U64, U32, U16, U8 and BOOL become int32, and I64 is marked as such. A value outside the range of
 * the result is refused, as is every other dtype.
 *
 * @param bytes A whole file.
 * @returns The arrays in the order of their data, except that JavaScript puts names that are whole numbers first,
 *   by size; and the metadata (empty if there is none). They share no memory with `bytes`.
 * @throws GanKitError if the file is cut off, overlaps, has gaps, an oversized header, a key twice, or a dtype,
 *   shape and offsets that disagree.
 *
 * **Differentiable:** no; arrays, not tensors.
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from 'gan-kit/io';
 *
 * const bias = { shape: [2], data: Float32Array.of(1, 2) };
 * const bytes = encodeSafetensors({ tensors: { bias }, metadata: { epoch: '7' } });
 * const { tensors, metadata } = decodeSafetensors(bytes);
 * console.log(tensors['bias']?.data, metadata['epoch']); // → Float32Array(2) [ 1, 2 ] 7
 * ```
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export function decodeSafetensors(bytes: Uint8Array): Required<Safetensors> {
  if (!isUint8Array(bytes))
    fail(
      'type',
      'decodeSafetensors',
      'bytes',
      'a Uint8Array',
      bytes,
      'Wrap an ArrayBuffer: new Uint8Array(buffer).',
    );
  const { entries, metadata, dataStart } = readHeader(bytes);
  const tensors = entries.map(({ name, dtype, shape, begin, end }): [string, StateArray] => {
    const array = readArray(bytes.subarray(dataStart + begin, dataStart + end), dtype, shape);
    if (typeof array === 'number')
      refuse(
        `whose ${dtype} values fit ${resultOf(dtype)}`,
        `element ${array} of '${name.slice(0, 80)}'`,
        dtype === 'F64' ? undefined : adviceFor(dtype),
      );
    return [name, array];
  });
  // fromEntries makes even '__proto__' a plain key
  return { tensors: Object.fromEntries(tensors), metadata };
}

function checkEntry(where: string, name: string, array: StateArray): void {
  if (name === METADATA_KEY)
    fail(
      'value',
      where,
      'tensors',
      `without the name ${METADATA_KEY}, which the format reserves`,
      name,
    );
  checkArray(where, `tensors['${name}']`, array);
}

/** Compares names by Unicode code points, which is the order of UTF-8 bytes that other writers use. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
