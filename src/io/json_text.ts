import { fail } from '../internal/check.js';

/** A value that JSON can represent. */
export type JSONValue =
  number | string | boolean | null | readonly JSONValue[] | { readonly [key: string]: JSONValue };

const MAX_DEPTH = 64;

/**
 * Writes JSON that parses to exactly the same value, or refuses the value: `JSON.stringify` would turn NaN into
 * null, −0 into 0 and a Map into {} without an error.
 */
export function toJSONText(where: string, parameter: string, value: unknown, depth = 0): string {
  const bad = (rule: string, advice?: string) =>
    fail('value', where, parameter, rule, value, advice);
  if (depth > MAX_DEPTH) bad(`nested at most ${MAX_DEPTH} deep, without cycles`);
  if (value === null || typeof value === 'boolean' || typeof value === 'string')
    return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      bad('finite, as JSON has no NaN and no Infinity', 'Store null or a word instead.');
    return Object.is(value, -0) ? '-0' : JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    const items = Array.from(value, (item, i) =>
      toJSONText(where, `${parameter}[${i}]`, item, depth + 1),
    );
    return `[${items.join(',')}]`;
  }
  if (typeof value === 'object' && isPlain(value)) {
    const fields = Object.entries(value).map(
      ([key, item]) =>
        `${JSON.stringify(key)}:${toJSONText(where, `${parameter}.${key}`, item, depth + 1)}`,
    );
    return `{${fields.join(',')}}`;
  }
  return bad('a number, string, boolean, null, or an array or plain object of these');
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
