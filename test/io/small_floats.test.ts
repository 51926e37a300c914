import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors } from '../../src/io/safetensors.js';
import { fixture } from '../helpers/fixtures.js';

const written = fixture<{ words: Record<string, number[]>; sha256: Record<string, string> }>(
  'small_floats',
);

/** A safetensors file of one tensor `x`. */
function fileOf(dtype: string, data: Uint8Array, size: number, offset = 0): Uint8Array {
  const header = `{"x":{"dtype":"${dtype}","shape":[${size}],"data_offsets":[0,${data.length}]}}`;
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(offset + 8 + text.length + data.length).subarray(offset);
  new DataView(bytes.buffer, offset).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** The words of the tensor, one for every NaN. */
function wordsOf(file: Uint8Array): Int32Array {
  const { data } = decodeSafetensors(file).tensors['x']!;
  expect(data).toBeInstanceOf(Float32Array);
  const words = new Int32Array(data.buffer);
  return words.map((word, i) => (Number.isNaN(data[i]) ? 0x7fc00000 : word));
}

describe('every code of a small float means what PyTorch says', () => {
  it.each(Object.entries(written.words))('%s', (dtype, words) => {
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
    expect([...wordsOf(fileOf(dtype, codes, 256))]).toEqual(words);
  });

  it.each(Object.entries(written.sha256))('%s, wherever it stands in memory', (dtype, sha256) => {
    const codes = Uint16Array.from({ length: 65_536 }, (_, code) => code);
    for (const offset of [0, 1]) {
      const file = fileOf(dtype, new Uint8Array(codes.buffer), 65_536, offset);
      expect(createHash('sha256').update(wordsOf(file)).digest('hex')).toBe(sha256);
    }
  });

  it('the payload of a NaN stays', () => {
    const file = (dtype: string, code: number) =>
      decodeSafetensors(fileOf(dtype, new Uint8Array(Uint16Array.of(code).buffer), 1));
    const words = (dtype: string, code: number) => [
      ...new Int32Array(file(dtype, code).tensors['x']!.data.buffer),
    ];
    expect(words('BF16', 0x7fc5)).toEqual([0x7fc50000]);
    expect(words('F16', 0xfe01)).toEqual([0xffc02000 | 0]);
  });
});
