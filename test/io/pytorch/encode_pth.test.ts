import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { encodePth } from '../../../src/io/pytorch/encode_pth.js';
import { readPth } from '../../../src/io/pytorch/read_pth.js';
import type { StateArray } from '../../../src/types.js';

const bits = new Uint32Array([0x7fc0_1234, 0xff80_0000, 0x8000_0000, 1]);
const arrays: Record<string, StateArray> = {
  'layer.weight': { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  bits: { shape: [2, 1, 2], data: new Float32Array(bits.buffer) },
  tracked: { shape: [], data: Int32Array.of(-7), dtype: 'I64' },
  labels: { shape: [3], data: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1) },
  nothing: { shape: [0, 4], data: new Float32Array(0) },
  größe: { shape: [1], data: Float32Array.of(0.5) },
};

describe('encodePth', () => {
  it('writes what readPth reads: names, order, shapes, dtypes and every bit', async () => {
    const read = await readPth(encodePth(arrays));
    expect(Object.keys(read)).toEqual(Object.keys(arrays));
    for (const [name, { shape, data, dtype }] of Object.entries(arrays)) {
      expect(read[name]!.shape, name).toEqual(shape);
      expect(read[name]!.dtype, name).toBe(dtype);
      expect(read[name]!.data.constructor, name).toBe(data.constructor);
      expect(Buffer.from(read[name]!.data.buffer), name).toEqual(Buffer.from(data.buffer));
    }
  });

  it('takes views, and more names than fit a first buffer', async () => {
    const long = new Float32Array(10).map((_, i) => i).subarray(3, 7);
    const many = Object.fromEntries(
      Array.from({ length: 2000 }, (_, i) => [`w${i}`, { shape: [4], data: long }]),
    );
    const read = await readPth(encodePth(many));
    expect(Object.keys(read)).toEqual(Object.keys(many));
    expect([...read['w1999']!.data]).toEqual([3, 4, 5, 6]);
  });

  it('gives equal bytes for equal arrays, whatever the time', () => {
    expect(encodePth(arrays)).toEqual(encodePth(structuredClone(arrays)));
    const other = { ...arrays, labels: { shape: [3], data: Int32Array.of(0, 0, 1) } };
    expect(encodePth(other)).not.toEqual(encodePth(arrays));
  });

  it('is a zip of stored entries, each at a multiple of 64 bytes, as torch.save writes it', () => {
    const bytes = encodePth(arrays);
    const files = unzipSync(bytes);
    expect(Object.keys(files)).toEqual([
      ...['archive/data.pkl', 'archive/byteorder'],
      ...Array.from({ length: 6 }, (_, i) => `archive/data/${i}`),
      'archive/version',
    ]);
    const text = new TextDecoder('latin1').decode(bytes);
    for (const [name, content] of Object.entries(files)) {
      const header = text.indexOf(name) - 30;
      const view = new DataView(bytes.buffer, header);
      const start = header + 30 + view.getUint16(26, true) + view.getUint16(28, true);
      expect(start % 64, name).toBe(0);
      expect(bytes.slice(start, start + content.length), name).toEqual(content);
    }
  });

  it('refuses what PyTorch could not load', () => {
    const one = (array: unknown) => () => encodePth({ a: array as StateArray });
    expect(one({ shape: [3], data: Float32Array.of(1, 2) })).toThrow(
      /encodePth: `stateDict\['a'\]\.data` must be of 3 elements, as shape \[3\] says\. Received: 2/,
    );
    expect(one({ shape: [1], data: Float64Array.of(1) })).toThrow(
      /with a Float32Array or an Int32Array/,
    );
    expect(one({ shape: [1.5], data: Float32Array.of(1) })).toThrow(/non-negative integers/);
    expect(one({ shape: [1], data: Float32Array.of(1), dtype: 'I64' })).toThrow(
      /'I64' with an Int32Array/,
    );
    const empty = { shape: [0], data: new Float32Array(0) };
    const many = Object.fromEntries(Array.from({ length: 2 ** 16 }, (_, i) => [`w${i}`, empty]));
    expect(() => encodePth(many)).toThrow(/small enough for a file of 4 GiB and 65535 entries/);
    expect(() => encodePth([] as never)).toThrow(/`stateDict` must be an object/);
  });
});
