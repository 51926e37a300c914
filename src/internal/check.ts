import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import { GanKitError } from '../errors.js';
import type { GanKitErrorCode } from '../errors.js';

/** Prints a received value so that a reader recognizes it: tensors by shape and dtype, never by content. */
function show(value: unknown, depth = 0): string {
  if (isTensor(value)) {
    const tensor = `Tensor (shape [${value.shape.join(',')}], dtype ${value.dtype})`;
    return value.isDisposed ? `disposed ${tensor}` : tensor;
  }
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (Array.isArray(value)) {
    if (depth === 3) return '[…]'; // a cycle, or a file made to overflow the stack
    const items = value.slice(0, 8).map((item) => show(item, depth + 1));
    return `[${items.join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const name = value.constructor?.name ?? 'Object';
    return name === 'Object' ? `{ ${Object.keys(value).slice(0, 8).join(', ')} }` : name;
  }
  return String(value);
}

/** Throws in the one format of the library: function, parameter, rule, received value, advice. */
export function fail(
  code: GanKitErrorCode,
  where: string,
  parameter: string,
  rule: string,
  received: unknown,
  advice?: string,
): never {
  const message = `${where}: \`${parameter}\` must be ${rule}. Received: ${show(received)}.`;
  throw new GanKitError(code, advice === undefined ? message : `${message}\n${advice}`, {
    where,
    parameter,
  });
}

/** Detects a tensor by its members: programs often hold two copies of tfjs-core. */
export function isTensor(value: unknown): value is Tensor {
  return (
    typeof value === 'object' &&
    value !== null &&
    Array.isArray((value as Tensor).shape) &&
    typeof (value as Tensor).dtype === 'string' &&
    'dataId' in value
  );
}

export interface TensorRule {
  /** The exact rank, or the lowest one. */
  readonly rank?: number;
  readonly minRank?: number;
  /** Sizes per axis; `null` matches any. Implies the rank. */
  readonly shape?: readonly (number | null)[];
  /** Default `'float32'`; `'any'` switches the check off. */
  readonly dtype?: DataType | 'any';
  readonly advice?: string;
}

/** Checks kind, rank, shape and dtype of a tensor; never its values, which may live on a GPU. */
export function checkTensor(
  where: string,
  parameter: string,
  value: unknown,
  rule: TensorRule = {},
): asserts value is Tensor {
  const { rank, minRank, shape, dtype = 'float32', advice } = rule;
  if (!isTensor(value)) fail('type', where, parameter, 'a tensor', value, advice);
  if (value.isDisposed) fail('state', where, parameter, 'a tensor that is alive', value, advice);
  const actual = value.shape;
  if (rank !== undefined && actual.length !== rank)
    fail('shape', where, parameter, `of rank ${rank}`, value, advice);
  if (minRank !== undefined && actual.length < minRank)
    fail('shape', where, parameter, `of rank ${minRank} or more`, value, advice);
  if (
    shape !== undefined &&
    (shape.length !== actual.length ||
      shape.some((size, axis) => size !== null && size !== actual[axis]))
  ) {
    const wanted = shape.map((size) => size ?? '?').join(',');
    fail('shape', where, parameter, `of shape [${wanted}]`, value, advice);
  }
  if (dtype !== 'any' && value.dtype !== dtype)
    fail('shape', where, parameter, `of dtype ${dtype}`, value, advice);
}

export interface NumberRule {
  readonly min?: number;
  readonly max?: number;
  /** Exclusive lower bound. */
  readonly above?: number;
  /** Exclusive upper bound. */
  readonly below?: number;
  readonly integer?: boolean;
  readonly advice?: string;
}

/** Checks that a value is a finite number inside its range. */
export function checkNumber(
  where: string,
  parameter: string,
  value: unknown,
  rule: NumberRule = {},
): asserts value is number {
  const { min, max, above, below, integer = false, advice } = rule;
  const good =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (!integer || Number.isSafeInteger(value)) &&
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below);
  if (good) return;
  const bounds = [
    min === undefined ? '' : `>= ${min}`,
    above === undefined ? '' : `> ${above}`,
    max === undefined ? '' : `<= ${max}`,
    below === undefined ? '' : `< ${below}`,
  ].filter((bound) => bound !== '');
  const kind = integer ? 'an integer' : 'a finite number';
  const code = typeof value === 'number' ? 'value' : 'type';
  fail(
    code,
    where,
    parameter,
    bounds.length > 0 ? `${kind} ${bounds.join(' and ')}` : kind,
    value,
    advice,
  );
}

/** Checks that a value is one of a few strings. */
export function checkOneOf<const T extends string>(
  where: string,
  parameter: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  if (!allowed.includes(value as T))
    fail(
      'value',
      where,
      parameter,
      `one of ${allowed.map((word) => `'${word}'`).join(', ')}`,
      value,
    );
}

/** Checks that a value is a boolean. */
export function checkBoolean(
  where: string,
  parameter: string,
  value: unknown,
): asserts value is boolean {
  if (typeof value !== 'boolean') fail('type', where, parameter, 'true or false', value);
}

/** Checks that a value is a function. */
export function checkFunction(
  where: string,
  parameter: string,
  value: unknown,
): asserts value is (...args: never[]) => unknown {
  if (typeof value !== 'function') fail('type', where, parameter, 'a function', value);
}

/**
 * Refuses anything but an object, also undefined, and unknown keys, so that a misspelt option is not
 * silently ignored.
 */
export function checkOptions(
  where: string,
  options: unknown,
  known: readonly string[],
  parameter = 'options',
): void {
  const rule = `an object with the keys ${known.join(', ')}`;
  if (
    typeof options !== 'object' ||
    options === null ||
    Array.isArray(options) ||
    isTensor(options)
  )
    fail('type', where, parameter, rule, options);
  for (const key of Object.keys(options))
    if (!known.includes(key)) fail('value', where, parameter, rule, key);
}
