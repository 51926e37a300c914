import type { Entries } from './state_dict_entries.js';

/** The pattern of names such as `main.3.weight`: a sequence, a number in it, and the rest. */
const NUMBERED = /^([^.]+\.)(\d+)(\..+)$/;

function numbersOf(names: Iterable<string>): number[] {
  const numbers = new Set<number>();
  for (const name of names) {
    const number = NUMBERED.exec(name)?.[2];
    if (number !== undefined) numbers.add(Number(number));
  }
  return [...numbers].sort((a, b) => a - b);
}

/**
 * Renames entries to the module numbers of a plan, in the same order: modules without weights, for example
 * dropout, shift the numbers in a file. Returns `undefined` if there are more or fewer modules, or if the numbers
 * are equal.
 */
export function renumbered(entries: Entries, keys: readonly string[]): Entries | undefined {
  const [from, to] = [numbersOf(entries.keys()), numbersOf(keys)];
  if (from.length !== to.length || from.every((number, i) => number === to[i])) return undefined;
  const places = new Map(from.map((number, i) => [number, to[i]!]));
  return new Map(
    [...entries].map(([name, array]) => [
      name.replace(NUMBERED, (_, sequence, number, rest) =>
        [sequence, places.get(Number(number)), rest].join(''),
      ),
      array,
    ]),
  );
}
