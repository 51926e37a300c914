import { checkOptions, fail } from './check.js';

/**
 * How one option is read: refuses a value that breaks its rule, returns what the value means. The value
 * `undefined` means the default, where the option has one.
 */
export type Option<T> = (where: string, parameter: string, value: unknown) => T;

/** The options of one function by key: type, range and default of each, written in no other place. */
export type Schema = Readonly<Record<string, Option<unknown>>>;

/** What options mean once they are read: one with a default is never undefined. */
export type OptionsOf<S> = {
  readonly [Key in keyof S]: S[Key] extends Option<infer T> ? T : never;
};

/** A value of type `O`, or `undefined` where the interface has a question mark. */
type Read<O, Key extends keyof O> = object extends Pick<O, Key> ? O[Key] | undefined : O[Key];

/** A schema that has each key of the interface `O`, with the type that it has there. */
export type SchemaOf<O> = { readonly [Key in keyof O]-?: Option<Read<O, Key>> };

/** `S`, or an error of types at the keys that the interface `O` does not have. */
type WithoutOthers<S, O> = unknown extends O ? S : S & Record<Exclude<keyof S, keyof O>, never>;

/** Where {@link readOptions} finds its options, if they are not the argument `options`. */
export interface ReadPlace {
  /** The name of the object; default `'options'`. */
  readonly parameter?: string;
  /** What stands before a key in messages, for example `'ema.'`; default nothing. */
  readonly prefix?: string;
  /** Keys that are allowed and not read. */
  readonly also?: readonly string[];
}

/**
 * Reads the options of a public function: refuses anything that is no object, unknown keys, values out of
 * range and missing ones; fills in defaults.
 *
 * ```ts
 * const { learningRate, beta1 } = readOptions('adam', options, {
 *   learningRate: number({ min: 0, default: 2e-4 }),
 *   beta1: number({ min: 0, below: 1, default: 0.5 }),
 * });
 * ```
 *
 * The compiler holds the schema to the type of `options`: each key once, none besides. The type of the result
 * follows from the schema.
 */
export function readOptions<O, const S extends SchemaOf<NonNullable<O>>>(
  where: string,
  options: O,
  schema: S & WithoutOthers<S, NonNullable<O>>,
  place: ReadPlace = {},
): OptionsOf<S> {
  return read(where, options, schema, place) as OptionsOf<S>;
}

/** Reads without types. */
function read(
  where: string,
  options: unknown,
  schema: Schema,
  { parameter, prefix = '', also = [] }: ReadPlace,
): Readonly<Record<string, unknown>> {
  checkOptions(where, options, [...Object.keys(schema), ...also], parameter);
  return Object.fromEntries(
    Object.entries(schema).map(([key, option]) => [
      key,
      option(where, prefix + key, (options as Readonly<Record<string, unknown>>)[key]),
    ]),
  );
}

/** Reads an option that may be left out and then is `undefined`. */
export const optional =
  <T>(option: Option<T>): Option<T | undefined> =>
  (where, parameter, value) =>
    value === undefined ? undefined : option(where, parameter, value);

/** Reads an object with options of its own, `ema: { decay, warmUp }`: a fault is named `ema.decay`. */
export const nested =
  <const S extends Schema>(schema: S): Option<OptionsOf<S>> =>
  (where, parameter, value) =>
    read(where, value, schema, { parameter, prefix: `${parameter}.` }) as OptionsOf<S>;

/** Reads what is of one type or another, by the word of `typeof`: a number for both, or an object with one for each. */
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
