import { describe, expect, it } from 'vitest';
import { GanKitError } from '../../src/errors.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/io/safetensors.js';
import type { StateArray } from '../../src/types.js';
import { bytesOf } from '../helpers/base64.js';
import { fixture } from '../helpers/fixtures.js';
import { fc } from '../helpers/properties.js';

interface WrittenFile {
  file: string;
  metadata: Record<string, string>;
  tensors: Record<string, { shape: number[]; bits?: number[]; integers?: number[] }>;
}
const written = fixture<{ plain: WrittenFile; dtypes: WrittenFile; toolarge: { file: string } }>(
  'safetensors_file',
);
const wordsOf = (data: StateArray['data']) => [
  ...new Int32Array(data.buffer, data.byteOffset, data.length),
];

/** A file whose header is any text and whose data is any length. */
function forge(header: string, dataBytes = 0, length?: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  return bytes;
}
const entry = (dtype: string, shape: string, begin: number | string, end: number | string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

const messageOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(GanKitError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

describe('files of the Python package', () => {
  for (const name of ['plain', 'dtypes'] as const)
    it(`reads every value of '${name}'`, () => {
      const { tensors, metadata } = decodeSafetensors(bytesOf(written[name].file));
      expect(metadata).toEqual(written[name].metadata);
      expect(Object.keys(tensors).sort()).toEqual(Object.keys(written[name].tensors).sort());
      for (const [key, { shape, bits, integers }] of Object.entries(written[name].tensors)) {
        const array = tensors[key]!;
        expect(array.shape).toEqual(shape);
        expect(array.data).toBeInstanceOf(bits ? Float32Array : Int32Array);
        expect(wordsOf(array.data), key).toEqual(bits ?? integers);
      }
    });

  it('writes the very bytes that the Python package wrote', () => {
    const bytes = bytesOf(written.plain.file);
    expect(encodeSafetensors(decodeSafetensors(bytes))).toEqual(bytes);
  });

  it('marks what was stored in 64 bits, and nothing else', () => {
    const { tensors } = decodeSafetensors(bytesOf(written.dtypes.file));
    const marked = Object.entries(tensors).filter(([, { dtype }]) => dtype !== undefined);
    expect(marked.map(([name, { dtype }]) => [name, dtype])).toEqual([['I64', 'I64']]);
  });

  it('refuses an integer that int32 cannot hold', () => {
    expect(messageOf(() => decodeSafetensors(bytesOf(written.toolarge.file)))).toBe(
      'decodeSafetensors: `bytes` must be a safetensors file whose I64 values fit int32. Received: "element 1 of \'steps\'".\nSave it as float32: tensor.float().',
    );
  });
});

const arrays = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((shape) => {
  const size = shape.reduce((a, b) => a * b, 1);
  const word = fc.oneof(
    fc.integer(),
    fc.constantFrom(0x7fc01234, -0x3fffff, 1, -(2 ** 31), 0x7f800000), // NaN payloads, subnormal, -0, Infinity
  );
  return fc
    .tuple(
      fc.array(word, { minLength: size, maxLength: size }),
      fc.constantFrom('F32', 'I32', 'I64'),
    )
    .map(([words, kind]): StateArray => {
      const data = Int32Array.from(words);
      if (kind === 'F32') return { shape, data: new Float32Array(data.buffer) };
      return kind === 'I64' ? { shape, data, dtype: kind } : { shape, data };
    });
});
const contents = fc.record({
  tensors: fc.dictionary(
    fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__'),
    arrays,
    { maxKeys: 5 },
  ),
  metadata: fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), {
    maxKeys: 3,
  }),
});

describe('round trip', () => {
  it('gives back every bit of any content, from any offset in a buffer', () => {
    fc.assert(
      fc.property(contents, fc.integer({ min: 0, max: 7 }), (content, offset) => {
        const bytes = encodeSafetensors(content);
        const shifted = new Uint8Array(bytes.length + offset).subarray(offset);
        shifted.set(bytes);
        const { tensors, metadata } = decodeSafetensors(shifted);
        expect(metadata).toEqual({ ...content.metadata });
        expect(Object.keys(tensors).sort()).toEqual(Object.keys(content.tensors).sort());
        for (const [name, { shape, data, dtype }] of Object.entries(content.tensors)) {
          const array = tensors[name]!;
          expect(array.shape).toEqual(shape);
          expect(array.dtype).toBe(dtype);
          expect(array.data.constructor).toBe(data.constructor);
          expect(wordsOf(array.data)).toEqual(wordsOf(data));
        }
        expect(encodeSafetensors({ tensors, metadata })).toEqual(bytes);
      }),
    );
  });

  it('gives equal bytes for equal contents, whatever the order of the keys', () => {
    const tensors = { w: { shape: [1], data: Float32Array.of(1) } };
    expect(encodeSafetensors({ tensors, metadata: { b: '1', a: '2', 10: '3' } })).toEqual(
      encodeSafetensors({ tensors, metadata: { 10: '3', a: '2', b: '1' } }),
    );
  });

  it('does not share memory with its input, also where that is a Buffer', () => {
    const source = Float32Array.of(1, 2, 3);
    const bytes = Buffer.from(encodeSafetensors({ tensors: { a: { shape: [3], data: source } } }));
    source[0] = 9;
    const { tensors } = decodeSafetensors(bytes);
    bytes.fill(0);
    expect([...tensors['a']!.data]).toEqual([1, 2, 3]);
  });

  it('writes a part of a larger buffer, and no more', () => {
    const data = new Float32Array([1, 2, 3, 4, 5]).subarray(1, 4);
    const { tensors } = decodeSafetensors(
      encodeSafetensors({ tensors: { a: { shape: [3], data } } }),
    );
    expect([...tensors['a']!.data]).toEqual([2, 3, 4]);
  });

  it('aligns the data to 8 bytes, padding the header with spaces', () => {
    for (const name of ['a', 'ab', 'abc', 'abcdefg', 'abcdefgh']) {
      const bytes = encodeSafetensors({
        tensors: { [name]: { shape: [], data: Int32Array.of(7) } },
      });
      const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      expect(length % 8).toBe(0);
      expect(bytes.length).toBe(8 + length + 4);
      expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toMatch(/\} {0,7}$/);
    }
  });

  it("keeps the name '__proto__' an ordinary one", () => {
    const tensors = Object.fromEntries([['__proto__', { shape: [1], data: Int32Array.of(3) }]]);
    const read = decodeSafetensors(encodeSafetensors({ tensors })).tensors;
    expect(Object.keys(read)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });
});

describe('a damaged file is refused', () => {
  const a = entry('F32', '[2]', 0, 8);
  const cases: [string, Uint8Array, RegExp][] = [
    ['empty', new Uint8Array(), /at least 8 bytes\. Received: 0/],
    ['length beyond the file', forge('{}', 0, 3), /holds its header of 3 bytes/],
    ['oversized header', forge('{}', 0, 100_000_001), /at most 100000000 bytes/],
    ['length of 2^63', forge('{}', 0, 2 ** 63), /at most 100000000 bytes/],
    ['empty header', forge(''), /begins with \{/],
    ['header that is a list', forge('[]'), /begins with \{/],
    ['leading space', forge(' {}'), /begins with \{/],
    ['text that is no JSON', forge('{"a":'), /is JSON in UTF-8/],
    ['bytes that are no UTF-8', forge('{}').fill(0xff, 9, 10), /is JSON in UTF-8/],
    ['key twice', forge(`{"a":${a},"a":${a}}`, 8), /each key once/],
    ['key twice by escapes', forge(`{"a":${a},"\\u0061" :${a}}`, 8), /each key once/],
    [
      'dtype twice',
      forge('{"a":{"dtype":"F32","dtype":"I32","shape":[2],"data_offsets":[0,8]}}', 8),
      /each key once/,
    ],
    ['metadata of numbers', forge('{"__metadata__":{"a":1}}'), /maps strings to strings/],
    ['metadata list', forge('{"__metadata__":["a"]}'), /maps strings to strings/],
    ['entry that is a number', forge('{"a":1}'), /has dtype, shape and data_offsets/],
    ['entry with more fields', forge(`{"a":${a.replace('{', '{"x":1,')}}`, 8), /nothing else/],
    [
      'unknown dtype',
      forge(`{"a":${entry('F4', '[2]', 0, 1)}}`, 1),
      /tensor 'a' has a dtype among F32.* "F4"\.\nSave it as float32: tensor\.float\(\)\./,
    ],
    [
      'complex numbers',
      forge(`{"a":${entry('C64', '[1]', 0, 8)}}`, 8),
      /tensor 'a' .* "C64"\.\nComplex numbers have two parts: save torch\.view_as_real/,
    ],
    [
      'dtype of the prototype',
      forge(`{"a":${entry('constructor', '[2]', 0, 2)}}`, 2),
      /dtype among/,
    ],
    ['negative shape', forge(`{"a":${entry('F32', '[-2,-1]', 0, 8)}}`, 8), /non-negative integers/],
    ['broken shape', forge(`{"a":${entry('F32', '[0.5,4]', 0, 8)}}`, 8), /non-negative integers/],
    [
      'shape as object',
      forge(`{"a":${entry('F32', '{"length":0}', 0, 4)}}`, 4),
      /non-negative integers/,
    ],
    [
      'shape that overflows',
      forge(`{"a":${entry('F32', '[9007199254740991,9007199254740991,0]', 0, 0)}}`),
      /below 2\^53/,
    ],
    [
      'shape larger than its data',
      forge(`{"a":${entry('F32', '[1000000000000]', 0, 8)}}`, 8),
      /takes 4000000000000 bytes/,
    ],
    ['wrong size', forge(`{"a":${entry('F64', '[2]', 0, 8)}}`, 8), /takes 16 bytes/],
    ['reversed offsets', forge(`{"a":${entry('F32', '[2]', 8, 0)}}`, 8), /takes 8 bytes/],
    [
      'one offset',
      forge('{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}', 8),
      /two non-negative integers/,
    ],
    [
      'negative offset',
      forge(`{"a":${entry('F32', '[2]', -8, 0)}}`, 8),
      /two non-negative integers/,
    ],
    [
      'overlap',
      forge(`{"a":${a},"b":${entry('F32', '[2]', 4, 12)}}`, 12),
      /without overlap: tensor 'b' begins at 8/,
    ],
    ['two of one place', forge(`{"a":${a},"b":${a}}`, 8), /without overlap/],
    [
      'gap',
      forge(`{"a":${a},"b":${entry('F32', '[1]', 12, 16)}}`, 16),
      /without gap: tensor 'b' begins at 8/,
    ],
    ['gap at the front', forge(`{"a":${entry('F32', '[1]', 4, 8)}}`, 8), /without gap/],
    ['data cut off', forge(`{"a":${a}}`, 7), /with 8 bytes of data/],
    ['data appended', forge(`{"a":${a}}`, 9), /with 8 bytes of data/],
    ...['2.0', '2e0', '0.2E1'].map((size): [string, Uint8Array, RegExp] => [
      `a size of ${size}`,
      forge(`{"a":${entry('F32', `[${size}]`, 0, 8)}}`, 8),
      /numbers are written in digits alone/,
    ]),
    ['an offset of -0', forge(`{"a":${entry('F32', '[2]', '-0', 8)}}`, 8), /digits alone/],
    [
      'F64 beyond float32',
      forge(`{"a":${entry('F64', '[1]', 0, 8)}}`, 8).fill(0x7e, -1),
      /F64 values fit float32/,
    ],
  ];
  it.each(cases)('%s', (_, bytes, message) => {
    const text = messageOf(() => decodeSafetensors(bytes));
    expect(text).toMatch(message);
    expect(text).toMatch(/^decodeSafetensors: `bytes` must be a safetensors file /);
    expect(text.length).toBeLessThan(400);
  });

  it('accepts tensors of size 0 between others, and padded headers', () => {
    const header = `{"b":${entry('F32', '[0,5]', 8, 8)},"a":${a}} \n`;
    const { tensors } = decodeSafetensors(forge(header, 8));
    expect(Object.keys(tensors)).toEqual(['a', 'b']);
    expect(tensors['b']!.shape).toEqual([0, 5]);
  });

  it('refuses deep nesting and giant strings without a crash', () => {
    const deep = `{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`;
    expect(messageOf(() => decodeSafetensors(forge(deep)))).toMatch(/has dtype, shape/);
    const long = `{"${'\\"x'.repeat(3_000_000)}":1}`;
    expect(messageOf(() => decodeSafetensors(forge(long))).length).toBeLessThan(400);
  });

  it('any change of a file is read or refused, never something else', () => {
    const whole = encodeSafetensors({
      tensors: {
        'g/kernel': { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
        'g/step': { shape: [], data: Int32Array.of(7) },
      },
      metadata: { note: 'x' },
    });
    const change = fc.oneof(
      fc.record({
        kind: fc.constant('set' as const),
        at: fc.nat(whole.length - 1),
        to: fc.oneof(
          fc.nat(255),
          fc.constantFrom(...[...'{}[]",:0129-e\\ '].map((c) => c.charCodeAt(0))),
        ),
      }),
      fc.record({
        kind: fc.constant('cut' as const),
        at: fc.nat(whole.length - 1),
        to: fc.integer({ min: 1, max: 40 }),
      }),
      fc.record({
        kind: fc.constant('end' as const),
        at: fc.nat(whole.length - 1),
        to: fc.constant(0),
      }),
      fc.record({
        kind: fc.constant('grow' as const),
        at: fc.nat(whole.length - 1),
        to: fc.integer({ min: 1, max: 16 }),
      }),
    );
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let bytes = [...whole];
        for (const { kind, at, to } of changes) {
          if (kind === 'set') bytes[at] = to;
          else if (kind === 'cut') bytes.splice(at, to);
          else if (kind === 'end') bytes = bytes.slice(0, at);
          else bytes.splice(at, 0, ...bytes.slice(at, at + to));
        }
        try {
          const { tensors } = decodeSafetensors(Uint8Array.from(bytes, (b) => b ?? 0));
          for (const { shape, data } of Object.values(tensors))
            expect(data.length).toBe(shape.reduce((x, y) => x * y, 1));
        } catch (error) {
          expect(error).toBeInstanceOf(GanKitError);
          refused++;
        }
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(1500);
  });
});

describe('bad input', () => {
  it('decodeSafetensors', () => {
    expect(messageOf(() => decodeSafetensors('{}' as never))).toMatch(
      /`bytes` must be a Uint8Array\. Received: "{}"/,
    );
    expect(messageOf(() => decodeSafetensors(new ArrayBuffer(8) as never))).toMatch(
      /Wrap an ArrayBuffer/,
    );
  });

  const one = { shape: [1], data: Float32Array.of(1) };
  const cases: [string, unknown, RegExp][] = [
    ['nothing', null, /`content` must be an object/],
    ['no tensors', {}, /`tensors` must be an object/],
    ['a list of tensors', { tensors: [one] }, /`tensors` must be an object/],
    ['another key', { tensors: {}, meta: {} }, /with the keys tensors, metadata/],
    ['an array without a shape', { tensors: { a: Float32Array.of(1) } }, /tensors\['a'\]` must be/],
    ['null', { tensors: { a: null } }, /tensors\['a'\]` must be \{ shape, data \}/],
    [
      'another dtype',
      { tensors: { a: { shape: [1], data: Float64Array.of(1) } } },
      /a Float32Array or an Int32Array/,
    ],
    [
      'floats marked as integers',
      { tensors: { a: { ...one, dtype: 'I64' } } },
      /tensors\['a'\]\.dtype` must be 'I64' with an Int32Array, or nothing\. Received: "I64"/,
    ],
    [
      'a mark of another dtype',
      { tensors: { a: { shape: [1], data: Int32Array.of(1), dtype: 'I16' } } },
      /must be 'I64' with an Int32Array, or nothing\. Received: "I16"/,
    ],
    [
      'a shape that does not fit',
      { tensors: { a: { shape: [2, 3], data: Float32Array.of(1) } } },
      /of 6 elements, as shape \[2,3\] says\. Received: 1/,
    ],
    [
      'a negative shape',
      { tensors: { a: { shape: [-1, -1], data: Float32Array.of(1) } } },
      /non-negative integers/,
    ],
    ['the reserved name', { tensors: { __metadata__: one } }, /without the name __metadata__/],
    [
      'metadata of numbers',
      { tensors: { a: one }, metadata: { n: 3 } },
      /`metadata\['n'\]` must be a string\. Received: 3/,
    ],
    [
      'metadata as a string',
      { tensors: { a: one }, metadata: 'n' },
      /`metadata` must be an object/,
    ],
  ];
  it.each(cases)('encodeSafetensors: %s', (_, content, message) => {
    expect(messageOf(() => encodeSafetensors(content as never))).toMatch(message);
  });
});
