import type { StateArray } from 'gan-kit';

const number = new Float32Array(1);
const word = new Uint32Array(number.buffer);

/**
 * Rounds a number to the nearest float16, and the middle between two to the even one; returns its bits.
 *
 * @throws RangeError if it is not finite, or too large.
 */
export function halfBits(value: number): number {
  number[0] = value;
  const size = Math.abs(number[0]);
  if (!(size < 65_520)) throw new RangeError(`${value} is beyond the range of float16`);
  // below 2⁻¹⁴ the steps are as wide as from there on
  const exponent = Math.max(((word[0]! >>> 23) & 255) - 127, -14);
  const steps = size / 2 ** (exponent - 10);
  const below = Math.floor(steps);
  const rest = steps - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  return ((word[0]! >>> 31) << 15) | (((exponent + 14) << 10) + below + (up ? 1 : 0));
}

/**
 * Writes weights as a safetensors file whose kernels are float16, at half the size. Vectors stay float32, as the
 * running variances among them may be beyond the range of float16, and counters stay I64.
 */
export function encodeHalf(
  tensors: Readonly<Record<string, StateArray>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const parts = Object.entries(tensors).map(([name, { shape, data, dtype }]) => {
    if (dtype === 'I64')
      return { name, shape, dtype, data: BigInt64Array.from(data as Int32Array, BigInt) };
    return shape.length < 2
      ? { name, shape, dtype: 'F32', data }
      : { name, shape, dtype: 'F16', data: Uint16Array.from(data, halfBits) };
  });
  // the widest first, so that each array begins at a multiple of its width
  parts.sort((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);

  let end = 0;
  const entries = parts.map(({ name, shape, dtype, data }) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const header = new TextEncoder().encode(
    JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }),
  );
  const length = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(header, 8);
  parts.forEach(({ data }, i) =>
    bytes.set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      8 + length + entries[i]![1].data_offsets[0],
    ),
  );
  return bytes;
}
