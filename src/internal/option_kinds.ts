import { checkBoolean, checkFunction, checkNumber, checkOneOf, fail } from './check.js';
import type { NumberRule } from './check.js';
import type { Option } from './read_options.js';

/** The value of an omitted option; an option without one is required. */
export interface Default<T> {
  readonly default?: T;
}

/** The default of an option that is made anew at each call, for example a network. */
export interface MadeDefault<T> {
  readonly default?: () => T;
}

/** Reads a finite number inside its range. */
export const number =
  (rule: NumberRule & Default<number> = {}): Option<number> =>
  (where, parameter, value = rule.default) => {
    checkNumber(where, parameter, value, rule);
    return value;
  };

/** Reads an integer inside its range. */
export const integer = (rule: Omit<NumberRule, 'integer'> & Default<number> = {}): Option<number> =>
  number({ ...rule, integer: true });

/** Reads the seed of random numbers: any integer from 0 on, 0 if omitted. */
export const seed = (): Option<number> => integer({ min: 0, default: 0 });

/** Reads a boolean. */
export const boolean =
  (rule: Default<boolean> = {}): Option<boolean> =>
  (where, parameter, value = rule.default) => {
    checkBoolean(where, parameter, value);
    return value;
  };

/** Reads a boolean, or 'auto'. */
export const booleanOrAuto =
  (rule: Default<boolean | 'auto'> = {}): Option<boolean | 'auto'> =>
  (where, parameter, value = rule.default) => {
    if (value === 'auto') return value;
    if (typeof value !== 'boolean') fail('type', where, parameter, "true, false or 'auto'", value);
    return value;
  };

/** Reads one of a few strings. */
export const oneOf =
  <const T extends string>(words: readonly T[], rule: Default<NoInfer<T>> = {}): Option<T> =>
  (where, parameter, value = rule.default) => {
    checkOneOf(where, parameter, value, words);
    return value;
  };

/** Reads any string. */
export const string =
  (rule: Default<string> = {}): Option<string> =>
  (where, parameter, value = rule.default) => {
    if (typeof value !== 'string') fail('type', where, parameter, 'a string', value);
    return value;
  };

/** Reads a function; its type is up to the caller. */
export const callback =
  <T extends (...args: never[]) => unknown>(rule: Default<T> = {}): Option<T> =>
  (where, parameter, value = rule.default) => {
    checkFunction(where, parameter, value);
    return value as T;
  };

/**
 * Reads any object or function that has the members that are used, whatever its class, of which a program
 * may hold two copies.
 *
 * @param rule The expected value in words: `'an optimizer'`.
 * @param fits Checks the members that are used.
 */
export const objectLike =
  <T extends object>(
    rule: string,
    fits: (value: Partial<T>) => boolean,
    { default: make }: MadeDefault<T> = {},
  ): Option<T> =>
  (where, parameter, value = make?.()) => {
    const something = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (!something || !fits(value as Partial<T>)) fail('type', where, parameter, rule, value);
    return value as T;
  };

/** The rule of {@link shape}. */
export interface ShapeRule<T> extends Default<T> {
  /** The names of the axes, which also determine their number. */
  readonly axes: readonly string[];
  /** Number of leading axes that may be `null`, a size that differs from batch to batch; default 0. */
  readonly free?: number;
}

/** Reads a list of sizes, integers from 1 on. */
export const shape =
  <T extends readonly (number | null)[]>({
    axes,
    free = 0,
    default: usual,
  }: ShapeRule<T>): Option<T> =>
  (where, parameter, value: unknown = usual) => {
    const rule = `[${axes.join(', ')}]`;
    if (!Array.isArray(value) || value.length !== axes.length)
      fail('shape', where, parameter, rule, value);
    for (const [axis, size] of value.entries())
      if (size !== null) checkNumber(where, parameter, size, { integer: true, min: 1 });
      else if (axis >= free)
        fail('shape', where, parameter, `${rule} with known ${axes[axis]!}`, value);
    return value as unknown as T;
  };

/** Reads a list; its errors name the element, `penalty[0]`. */
export const list =
  <T>(
    option: Option<T>,
    rule: Default<readonly T[]> & { readonly name?: string; readonly min?: number } = {},
  ): Option<readonly T[]> =>
  (where, parameter, value: unknown = rule.default) => {
    const { name = 'an array', min = 0 } = rule;
    if (!Array.isArray(value)) fail('type', where, parameter, name, value);
    if (value.length < min) fail('value', where, parameter, name, value);
    return value.map((one, i) => option(where, `${parameter}[${i}]`, one));
  };

/** Reads a pair of finite numbers, [low, high] with low < high. */
export const interval =
  (rule: Default<readonly [number, number]> = {}): Option<readonly [number, number]> =>
  (where, parameter, value: unknown = rule.default) => {
    if (!Array.isArray(value) || value.length !== 2)
      fail('type', where, parameter, 'a pair [low, high]', value);
    const [low, high] = value as unknown[];
    checkNumber(where, `${parameter}[0]`, low);
    checkNumber(where, `${parameter}[1]`, high, { above: low });
    return [low, high];
  };

/** Passes an option unchecked to the function that checks it. */
export const given =
  <T>(): Option<T> =>
  (_where, _parameter, value) =>
    value as T;

/** Reads a value that passes a custom check. */
export const custom =
  <T>(
    check: (where: string, parameter: string, value: unknown) => asserts value is T,
    { default: make }: MadeDefault<T> = {},
  ): Option<T> =>
  (where, parameter, value = make?.()) => {
    const checked: typeof check = check;
    checked(where, parameter, value);
    return value;
  };
