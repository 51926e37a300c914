import { describe, expect, it } from 'vitest';
import { GanKitError } from '../../src/errors.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/io/checkpoint.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/io/safetensors.js';
import type { SavedState } from '../../src/types.js';
import { fc } from '../helpers/properties.js';

const state: SavedState = {
  values: {
    'random/seed': 0,
    'random/counter': 2 ** 53 - 1,
    'ema/decay': -0,
    'gan/loss': 'hinge',
    'gan/on': true,
    'pool/order': [3, [1, null]],
  },
  arrays: {
    // NaN with a payload, -0, the smallest subnormal, -Infinity
    'g/kernel': {
      shape: [2, 2],
      data: new Float32Array(Int32Array.of(0x7fc01234, -(2 ** 31), 1, -0x800000).buffer),
    },
    'g/step': { shape: [], data: Int32Array.of(-(2 ** 31)) },
    'g/empty': { shape: [0, 3], data: new Float32Array(0) },
  },
};
const words = (data: Float32Array | Int32Array) => [
  ...new Int32Array(data.buffer, data.byteOffset, data.length),
];

describe('encodeCheckpoint and decodeCheckpoint', () => {
  it('give back every bit of values, arrays and extra', () => {
    const extra = {
      step: 300,
      __proto__x: [1, { deep: -0, text: '</script>\u2028 "' }],
      none: null,
    };
    const read = decodeCheckpoint(encodeCheckpoint(state, extra));
    expect(read.state.values).toStrictEqual(state.values);
    expect(Object.is(read.state.values['ema/decay'], -0)).toBe(true);
    expect(read.extra).toStrictEqual(extra);
    expect(Object.keys(read.state.arrays).sort()).toEqual(Object.keys(state.arrays).sort());
    for (const [name, { shape, data }] of Object.entries(state.arrays)) {
      expect(read.state.arrays[name]!.shape).toEqual(shape);
      expect(read.state.arrays[name]!.data.constructor).toBe(data.constructor);
      expect(words(read.state.arrays[name]!.data)).toEqual(words(data));
    }
  });

  it('give back any JSON value', () => {
    const json = fc.jsonValue();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (extra) => {
        expect(
          decodeCheckpoint(encodeCheckpoint({ values: {}, arrays: {} }, extra as never)).extra,
        ).toEqual({ ...extra });
      }),
    );
  });

  it('write equal bytes for equal states, in whatever order the arrays came', () => {
    const turned = {
      values: state.values,
      arrays: Object.fromEntries(Object.entries(state.arrays).reverse()),
    };
    expect(encodeCheckpoint(turned)).toEqual(encodeCheckpoint(state));
  });

  it('write a file that any safetensors reader opens', () => {
    const { tensors, metadata } = decodeSafetensors(encodeCheckpoint(state));
    expect(Object.keys(tensors)).toContain('g/kernel');
    expect(metadata['format']).toBe('gan-kit checkpoint');
  });
});

describe('bad input', () => {
  const empty = { values: {}, arrays: {} };
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const written: [string, unknown, unknown, RegExp][] = [
    ['no state', undefined, {}, /`state` must be an object with the keys/],
    ['another key', { ...empty, weights: {} }, {}, /with the keys values, arrays/],
    ['no arrays', { values: {} }, {}, /`state\.arrays` must be an object/],
    ['values as a list', { values: [], arrays: {} }, {}, /`state\.values` must be an object/],
    ['extra as a number', empty, 3, /`extra` must be an object/],
    [
      'NaN among the values',
      { values: { loss: [1, NaN] }, arrays: {} },
      {},
      /`state\.values\.loss\[1\]` must be finite.* Received: NaN/,
    ],
    ['Infinity in extra', empty, { best: Infinity }, /`extra\.best` must be finite/],
    ['undefined', empty, { a: undefined }, /`extra\.a` must be a number, string, boolean/],
    ['a hole in a list', empty, { a: [1, , 2] }, /`extra\.a\[1\]` must be a number/],
    ['a Map', empty, { a: new Map() }, /`extra\.a` must be .*plain object.* Received: Map/],
    ['a Date', empty, { a: new Date(0) }, /`extra\.a` must be/],
    ['a typed array', empty, { a: new Float32Array(1) }, /`extra\.a` must be/],
    ['a bigint', empty, { a: 1n }, /`extra\.a` must be/],
    ['a cycle', empty, cyclic, /nested at most 64 deep, without cycles/],
    [
      'an array that does not fit',
      { values: {}, arrays: { a: { shape: [2], data: new Float32Array(1) } } },
      {},
      /of 2 elements/,
    ],
  ];
  it.each(written)('encodeCheckpoint: %s', (_, bad, extra, message) => {
    expect(() => encodeCheckpoint(bad as never, extra as never)).toThrow(GanKitError);
    expect(() => encodeCheckpoint(bad as never, extra as never)).toThrow(message);
  });

  const file = (metadata: Record<string, string>) => encodeSafetensors({ tensors: {}, metadata });
  const good = { format: 'gan-kit checkpoint', version: '1', values: '{}', extra: '{}' };
  const read: [string, unknown, RegExp][] = [
    ['no bytes', [1, 2], /a Uint8Array/],
    ['a cut file', encodeCheckpoint(state).subarray(0, -1), /cut off/],
    [
      'another safetensors file',
      file({ format: 'pt' }),
      /decodeCheckpoint: `bytes` must be a checkpoint.* Received: "pt"/,
    ],
    ['no metadata', encodeSafetensors({ tensors: {} }), /Received: undefined/],
    ['another version', file({ ...good, version: '2' }), /of version 1\. Received: "2"/],
    ['broken values', file({ ...good, values: '{' }), /whose 'values' are JSON/],
    ['values as a list', file({ ...good, values: '[]' }), /whose 'values' are an object/],
    [
      'no extra',
      file({ format: good.format, version: '1', values: '{}' }),
      /whose 'extra' are JSON\. Received: nothing/,
    ],
  ];
  it.each(read)('decodeCheckpoint: %s', (_, bytes, message) => {
    expect(() => decodeCheckpoint(bytes as never)).toThrow(GanKitError);
    expect(() => decodeCheckpoint(bytes as never)).toThrow(message);
  });
});
