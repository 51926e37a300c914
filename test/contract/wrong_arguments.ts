import { tensor } from '@tensorflow/tfjs-core';
import { isTensor } from '../../src/internal/check.js';

/** A list of arguments that is wrong in one place, and in words where. */
export interface WrongCall {
  readonly label: string;
  readonly args: readonly unknown[];
}

/** What people pass by mistake; tensors are the caller's to dispose. */
export function wrongValues(): Map<string, unknown> {
  const disposed = tensor([1, 2]);
  disposed.dispose();
  return new Map<string, unknown>([
    ['undefined', undefined],
    ['null', null],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['-1', -1],
    ['0.5', 0.5],
    ['a string', 'text'],
    ['true', true],
    ['a big integer', 10n],
    ['a symbol', Symbol('symbol')],
    ['[]', []],
    ['[NaN]', [NaN]],
    ['{}', {}],
    ['a function of nothing', () => undefined],
    ['a disposed tensor', disposed],
    ['a tensor of another shape', tensor([1, 2, 3], [3, 1, 1, 1, 1])],
    ['an empty tensor', tensor([], [0])],
    ['a tensor of integers', tensor([1, 2], [2], 'int32')],
    ['a tensor of strings', tensor(['a', 'b'])],
  ]);
}

type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' &&
  value !== null &&
  !isTensor(value) &&
  Object.getPrototypeOf(value) === Object.prototype;

/** How many of the keys after a key are swapped with it: each is read by itself, and a state has hundreds of pairs. */
const NEIGHBOURS = 3;

/** A value with one of its places changed: itself, or a key of it, three levels down at most. */
function* changed(
  value: unknown,
  wrong: ReadonlyMap<string, unknown>,
  depth = 0,
): Generator<{ label: string; value: unknown }> {
  for (const [label, instead] of wrong) yield { label, value: instead };
  if (!isPlain(value) || depth === 3) return;
  const keys = Object.keys(value);
  for (const key of keys)
    for (const inner of changed(value[key], wrong, depth + 1))
      yield { label: `.${key} ${inner.label}`, value: { ...value, [key]: inner.value } };
  for (const [i, first] of keys.entries())
    for (const second of keys.slice(i + 1, i + 1 + NEIGHBOURS))
      yield {
        label: ` with ${first} and ${second} swapped`,
        value: { ...value, [first]: value[second], [second]: value[first] },
      };
  yield { label: ' with a key unknown to it', value: { ...value, unheardOf: 1 } };
}

const replaced = (args: readonly unknown[], places: Record<number, unknown>): unknown[] =>
  args.map((arg, i) => (i in places ? places[i] : arg));

/** Calls with nothing, with one place wrong in every way, and with two that are near each other swapped. */
export function* wrongCalls(
  args: readonly unknown[],
  wrong: ReadonlyMap<string, unknown>,
): Generator<WrongCall> {
  yield { label: 'nothing', args: [] };
  for (const [i, arg] of args.entries()) {
    for (const { label, value } of changed(arg, wrong))
      yield {
        label: `#${i}${/^[. ]/.test(label) ? '' : ': '}${label}`,
        args: replaced(args, { [i]: value }),
      };
    for (let j = i + 1; j < args.length; j++)
      yield { label: `#${i} and #${j} swapped`, args: replaced(args, { [i]: args[j], [j]: arg }) };
  }
}
