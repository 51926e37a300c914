import { scalar } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { GanKitError } from 'gan-kit';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { fail } from '../../src/internal/check.js';
import * as kinds from '../../src/internal/option_kinds.js';
import { byType, nested, optional, readOptions } from '../../src/internal/read_options.js';
import type { Option } from '../../src/internal/read_options.js';
import { useBackend } from '../helpers/backends.js';

const { boolean, callback, custom, integer, list, number } = kinds;
const { objectLike, oneOf, seed, shape, string } = kinds;

await useBackend('wasm');

/** What a call throws, as the fields that tests match. */
function errorOf(call: () => unknown) {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(GanKitError);
    const { code, where, parameter, message } = error as GanKitError;
    return { code, where, parameter, message };
  }
  throw new Error('nothing was thrown');
}

const containing = (text: string): unknown => expect.stringContaining(text);

/** Reads one option by itself. */
const one = <T>(option: Option<T>, value?: unknown) => option('f', 'x', value);
const refusal = (option: Option<unknown>, value?: unknown) => errorOf(() => one(option, value));

interface Options {
  count: number;
  rate?: number;
  word?: 'a' | 'b';
  name?: string;
  ema?: { decay?: number };
}

const read = (options: Options) =>
  readOptions('make', options, {
    count: integer({ min: 1 }),
    rate: number({ min: 0, below: 1, default: 0.5 }),
    word: oneOf(['a', 'b'], { default: 'a' }),
    name: optional(string()),
    ema: optional(nested({ decay: number({ min: 0, max: 1, default: 0.999 }) })),
  });

describe('readOptions', () => {
  it('fills in defaults, of nested options too', () => {
    expect(read({ count: 3 })).toEqual({
      ...{ count: 3, rate: 0.5, word: 'a', name: undefined, ema: undefined },
    });
    expect(read({ count: 3, rate: 0, name: '', ema: {} })).toEqual({
      ...{ count: 3, rate: 0, word: 'a', name: '', ema: { decay: 0.999 } },
    });
  });

  it('gives each option the type that its schema says', () => {
    expectTypeOf(read).returns.toEqualTypeOf<{
      readonly count: number;
      readonly rate: number;
      readonly word: 'a' | 'b';
      readonly name: string | undefined;
      readonly ema: { readonly decay: number } | undefined;
    }>();
  });

  it('is held to the interface: a key that is missing, foreign or of another type is no schema', () => {
    const options: { count: number; rate?: number } = { count: 1 };
    const rate = number({ default: 1 });
    // @ts-expect-error rate is not read
    readOptions('f', options, { count: number() });
    const word = optional(string());
    // @ts-expect-error word is no option
    readOptions('f', options, { count: number(), rate, word });
    // @ts-expect-error count is a number
    expect(() => readOptions('f', options, { count: string(), rate })).toThrow();
    // @ts-expect-error count must be given
    readOptions('f', options, { count: optional(number()), rate });
  });

  it('refuses a missing argument, what is no object, and an unknown key', () => {
    for (const wrong of [undefined, null, 3, 'text', [], scalar(1)])
      expect(errorOf(() => read(wrong as never))).toMatchObject({
        ...{ code: 'type', where: 'make', parameter: 'options' },
        message: containing('must be an object with the keys count, rate, word, name, ema'),
      });
    expect(errorOf(() => read({ count: 1, rte: 2 } as never))).toMatchObject({
      ...{ code: 'value', where: 'make', parameter: 'options' },
      message: containing('Received: "rte".'),
    });
  });

  it('names a nested option by its path', () => {
    expect(errorOf(() => read({ count: 1, ema: { decay: 2 } }))).toMatchObject({
      ...{ code: 'value', where: 'make', parameter: 'ema.decay' },
    });
    expect(errorOf(() => read({ count: 1, ema: { decai: 1 } as never }))).toMatchObject({
      ...{ code: 'value', where: 'make', parameter: 'ema' },
    });
    expect(errorOf(() => read({ count: 1, ema: true as never }))).toMatchObject({
      ...{ code: 'type', where: 'make', parameter: 'ema' },
    });
  });

  it('names a missing option', () => {
    expect(errorOf(() => read({} as never))).toEqual({
      ...{ code: 'type', where: 'make', parameter: 'count' },
      message: 'make: `count` must be an integer >= 1. Received: undefined.',
    });
  });

  it('lets keys through that are allowed and not read', () => {
    const layer: { rate: number } = { ...{ rate: 1, name: 'mine' } };
    expect(readOptions('f', layer, { rate: number() }, undefined, ['name'])).toEqual({ rate: 1 });
    const refused = () => readOptions('f', layer, { rate: number() }, 'args');
    expect(errorOf(refused)).toMatchObject({ code: 'value', where: 'f', parameter: 'args' });
  });

  it('reads no option of an object that is not its own schema key', () => {
    expect(errorOf(() => readOptions<object, object>('f', { constructor: 1 }, {}))).toMatchObject({
      ...{ code: 'value', parameter: 'options' },
    });
  });
});

describe('kinds of options', () => {
  it('number', () => {
    const rate = number({ above: 0, max: 1, default: 0.25 });
    expect(one(rate)).toBe(0.25);
    expect(one(rate, 1)).toBe(1);
    for (const wrong of [0, 1.5, NaN, Infinity, -1])
      expect(refusal(rate, wrong)).toMatchObject({ code: 'value', where: 'f', parameter: 'x' });
    for (const wrong of [null, '1', 10n, true, {}, Symbol('1')])
      expect(refusal(rate, wrong)).toMatchObject({ code: 'type' });
    expect(refusal(number()).message).toBe('f: `x` must be a finite number. Received: undefined.');
  });

  it('integer and seed', () => {
    expect(one(seed())).toBe(0);
    expect(one(integer({ max: 5 }), -2)).toBe(-2);
    expect(refusal(seed(), -1)).toMatchObject({ code: 'value' });
    expect(refusal(integer(), 0.5).message).toBe('f: `x` must be an integer. Received: 0.5.');
  });

  it('boolean, oneOf, string, callback', () => {
    expect(one(boolean({ default: true }))).toBe(true);
    expect(one(boolean(), false)).toBe(false);
    expect(refusal(boolean(), 0)).toMatchObject({ code: 'type' });
    expect(one(oneOf(['a', 'b'], { default: 'b' }))).toBe('b');
    expect(refusal(oneOf(['a', 'b']), 'c').message).toBe(
      "f: `x` must be one of 'a', 'b'. Received: \"c\".",
    );
    expect(one(string(), '')).toBe('');
    expect(refusal(string(), 1)).toMatchObject({ code: 'type' });
    expect(one(callback(), Math.abs)).toBe(Math.abs);
    expect(refusal(callback(), {})).toMatchObject({ code: 'type' });
  });

  it('objectLike', () => {
    const like = objectLike<Tensor>('a thing with a rank', (x) => typeof x.rank === 'number');
    expect(one(like, { rank: 1 })).toEqual({ rank: 1 });
    expect(one(optional(like))).toBeUndefined();
    for (const wrong of [undefined, null, 3, {}, { rank: '1' }])
      expect(refusal(like, wrong)).toMatchObject({
        ...{ code: 'type', message: containing('must be a thing with a rank') },
      });
    let made = 0;
    const counted = objectLike<{ n: number }>('one', () => true, {
      default: () => ({ n: ++made }),
    });
    expect([one(counted), one(counted)]).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('shape', () => {
    type Shape = readonly [number | null, number | null, number];
    const image = shape<Shape>({ axes: ['height', 'width', 'channels'], free: 2 });
    expect(one(image, [8, null, 3])).toEqual([8, null, 3]);
    for (const wrong of [undefined, null, 'text', [8, 8], [8, 8, 3, 1]])
      expect(refusal(image, wrong)).toMatchObject({
        ...{ code: 'shape', message: containing('[height, width, channels]. Rec') },
      });
    expect(refusal(image, [8, 8, null])).toMatchObject({
      ...{ code: 'shape', message: containing('with known channels') },
    });
    for (const wrong of [0, -1, 0.5, NaN])
      expect(refusal(image, [wrong, 8, 3])).toMatchObject({ code: 'value' });
    expect(refusal(image, [8, , 3])).toMatchObject({ code: 'type' });
  });

  it('list', () => {
    const numbers = list(number({ min: 0 }), { default: [1] });
    expect(one(numbers)).toEqual([1]);
    expect(one(numbers, [])).toEqual([]);
    expect(refusal(numbers, [0, -1])).toMatchObject({ code: 'value', parameter: 'x[1]' });
    expect(refusal(numbers, 3)).toMatchObject({ code: 'type', parameter: 'x' });
    expect(refusal(list(number(), { min: 1, name: 'one or more numbers' }), [])).toMatchObject({
      ...{ code: 'value', message: containing('one or more numbers') },
    });
  });

  it('byType', () => {
    const lambda = byType(
      { number: number({ min: 0 }), object: nested({ a: number({ min: 0 }) }) },
      { name: 'a number or { a }', default: 10 },
    );
    expect([one(lambda), one(lambda, 2), one(lambda, { a: 1 })]).toEqual([10, 2, { a: 1 }]);
    expect(refusal(lambda, { a: -1 })).toMatchObject({ code: 'value', parameter: 'x.a' });
    expect(refusal(lambda, -1)).toMatchObject({ code: 'value', parameter: 'x' });
    for (const wrong of [null, 'text', true])
      expect(refusal(lambda, wrong)).toMatchObject({
        ...{ code: 'type', message: containing('a number or { a }') },
      });
  });

  it('custom', () => {
    const even: (where: string, parameter: string, value: unknown) => asserts value is number = (
      where,
      parameter,
      value,
    ) => {
      if ((value as number) % 2 !== 0) fail('value', where, parameter, 'even', value);
    };
    expect(one(custom(even), 2)).toBe(2);
    expect(one(custom(even, { default: () => 4 }))).toBe(4);
    expect(refusal(custom(even), 3)).toMatchObject({ code: 'value', parameter: 'x' });
    expectTypeOf(custom(even)).toEqualTypeOf<Option<number>>();
  });
});
