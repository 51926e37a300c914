import { isUint8Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { readHeader } from '../../io/safetensors_header.js';
import type { Moments } from './moments.js';

/** The name of the format in a file's metadata. */
const FORMAT = 'gan-kit FeatureStatistics 1';

/**
 * Encodes moments as a safetensors file: `mean` [d] and `scatter` [d, d], F64, and the count in the metadata.
 * Equal moments give equal bytes.
 */
export function encodeMoments({ count, mean, scatter }: Moments): Uint8Array {
  const n = mean.length;
  const middle = 8 * n;
  const header = {
    __metadata__: { format: FORMAT, count: String(count) },
    mean: { dtype: 'F64', shape: [n], data_offsets: [0, middle] },
    scatter: { dtype: 'F64', shape: [n, n], data_offsets: [middle, middle + 8 * n * n] },
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start + middle + 8 * n * n).fill(0x20, 8, start);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, start - 8, true);
  view.setUint32(4, 0, true);
  bytes.set(text, 8);
  mean.forEach((value, i) => view.setFloat64(start + 8 * i, value, true));
  scatter.forEach((value, i) => view.setFloat64(start + middle + 8 * i, value, true));
  return bytes;
}

/** Reads the bytes that {@link encodeMoments} wrote, bit for bit; refuses anything else. */
export function decodeMoments(where: string, bytes: unknown): Moments {
  if (!isUint8Array(bytes)) fail('type', where, 'bytes', 'a Uint8Array', bytes);
  const { entries, metadata, dataStart } = readHeader(bytes);
  if (metadata['format'] !== FORMAT)
    fail('value', where, 'bytes', `a file of format '${FORMAT}'`, metadata['format']);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (name: string): Float64Array => {
    const entry = entries.find((one) => one.name === name);
    if (entry?.dtype !== 'F64') fail('value', where, 'bytes', `with ${name} as F64`, entry?.dtype);
    return Float64Array.from({ length: (entry.end - entry.begin) / 8 }, (_, i) =>
      view.getFloat64(dataStart + entry.begin + 8 * i, true),
    );
  };
  const moments = {
    count: Number(metadata['count']),
    mean: read('mean'),
    scatter: read('scatter'),
  };
  return checkedMoments(where, 'bytes', moments);
}

/**
 * Returns moments. Refuses those that no samples can have: their count, sizes, finite values, signs on the
 * diagonal and symmetry are checked.
 */
export function checkedMoments(where: string, parameter: string, moments: Moments): Moments {
  const { count, mean, scatter } = moments;
  const n = mean.length;
  if (!Number.isSafeInteger(count) || count < 1)
    fail('value', where, parameter, 'of a whole number of samples from 1 on', count);
  if (n < 1 || scatter.length !== n * n)
    fail('shape', where, parameter, 'of d means and d · d products', [n, scatter.length]);
  if (![mean, scatter].every((values) => values.every((value) => Number.isFinite(value))))
    fail('value', where, parameter, 'finite', 'NaN or an infinity');
  for (let i = 0; i < n; i++) {
    if (scatter[i * n + i]! < 0)
      fail('value', where, parameter, 'of squares from 0 on', scatter[i * n + i]);
    for (let j = 0; j < i; j++)
      if (scatter[i * n + j] !== scatter[j * n + i])
        fail('value', where, parameter, 'symmetric', [scatter[i * n + j], scatter[j * n + i]]);
  }
  return moments;
}
