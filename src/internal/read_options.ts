import { checkOptions, fail } from './check.js';

/**
 * A reader of one option: refuses a value that breaks its rule, returns its meaning. The value `undefined` means the
 * default, if the option has one.
 */
export type Option<T> = (where: string, parameter: string, value: unknown) => T;

/** The options of one function by key: type, range and default of each, in this one place. */
export type Schema = Readonly<Record<string, Option<unknown>>>;

/** The options after reading: one with a default is never undefined. */
export type OptionsOf<S> = {
  readonly [Key in keyof S]: S[Key] extends Option<infer T> ? T : never;
};

/** A value of type `O`, or `undefined` where the interface has a question mark. */
type Read<O, Key extends keyof O> = object extends Pick<O, Key> ? O[Key] | undefined : O[Key];

/** A schema that has each key of the interface `O`, with the type that it has there. */
export type SchemaOf<O> = { readonly [Key in keyof O]-?: Option<Read<O, Key>> };

/** The same for a separate schema, whose result has the interface's types without `undefined`. */
export type SchemaRead<O> = { readonly [Key in keyof O]-?: Option<Exclude<O[Key], undefined>> };

/** `S`, or a type error at the keys that the interface `O` does not have. */
export type WithoutOthers<S, O> = unknown extends O
  ? unknown
  : Record<Exclude<keyof S, keyof O>, never>;

/**
 * Reads the options of a public function: refuses anything but an object, unknown keys, missing values and values out
 * of range; fills in defaults.
 *
 * ```ts
 * const { learningRate, beta1 } = readOptions('adam', options, {
 *   learningRate: number({ min: 0, default: 2e-4 }),
 *   beta1: number({ min: 0, below: 1, default: 0.5 }),
 * });
 * ```
 *
 * The compiler checks the schema against the type of `options`: each key once, no others. The type of the result
 * follows from the schema.
 *
 * @param parameter The name of the object, if it is an option itself: a prefix of its keys in messages.
 * @param also Keys that are allowed and not read.
 */
export function readOptions<O, const S extends SchemaOf<O>>(
  where: string,
  options: O,
  schema: S & WithoutOthers<S, O>,
  parameter?: string,
  also?: readonly string[],
): OptionsOf<S>;
export function readOptions(
  where: string,
  options: Readonly<Record<string, unknown>>,
  schema: Schema,
  parameter?: string,
  also: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  checkOptions(where, options, Object.keys(schema).concat(also), parameter);
  const prefix = parameter ? `${parameter}.` : '';
  const read: Record<string, unknown> = {};
  for (const key in schema) read[key] = schema[key]!(where, prefix + key, options[key]);
  return read;
}

/** Reads an option that may be omitted and is then `undefined`. */
export const optional =
  <T>(option: Option<T>): Option<T | undefined> =>
  (where, parameter, value) =>
    value === undefined ? undefined : option(where, parameter, value);

/** Reads an object of options, `ema: { decay, warmUp }`; errors name `ema.decay`. */
export const nested =
  <const S extends Schema>(schema: S): Option<OptionsOf<S>> =>
  (where, parameter, value) =>
    readOptions<unknown, S>(where, value, schema, parameter);

/** Reads a value of one of several types, by its `typeof`: a number for both, or an object with one for each. */
export const byType =
  <const S extends Schema>(
    options: S,
    rule: { readonly name: string; readonly default?: OptionsOf<S>[keyof S] },
  ): Option<OptionsOf<S>[keyof S]> =>
  (where, parameter, value = rule.default) => {
    const option = Object.hasOwn(options, typeof value) ? options[typeof value] : undefined;
    if (option === undefined || value === null) fail('type', where, parameter, rule.name, value);
    return option(where, parameter, value) as OptionsOf<S>[keyof S];
  };
