import { isFloat32Array, isInt32Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import type { StateArray } from '../../types.js';

/** The arrays of a state_dict by name. */
export type Entries = ReadonlyMap<string, StateArray>;

/** The prefixes that DataParallel and torch.compile put before the names, or into them. */
const WRAPPERS = /^((module|_orig_mod)\.)+/;
const WRAPPERS_AT_END = /(?<=^|\.)((module|_orig_mod)\.)+$/;

/**
 * Removes the prefixes of wrappers from a name, and replaces the name of an unnormalized weight in PyTorch 0.4.0.
 */
const unwrapped = (name: string): string =>
  name
    .replace(WRAPPERS, '')
    .replaceAll('._orig_mod.', '.')
    .replace(/\.weight_org$/, '.weight_orig');

/** The entry in which AveragedModel counts its averages, next to the module that it wraps. */
const AVERAGES = 'n_averaged';

function checkEntry(where: string, name: string, array: unknown): asserts array is StateArray {
  const { shape, data } = (array ?? {}) as Partial<StateArray>;
  if (!Array.isArray(shape) || !(isFloat32Array(data) || isInt32Array(data)))
    fail('type', where, `stateDict['${name}']`, '{ shape, data }, as readPth gives', array);
  if (shape.reduce((size: number, axis: number) => size * axis, 1) !== data.length)
    fail('shape', where, `stateDict['${name}'].data`, `of shape [${shape.join()}]`, data.length);
}

type Named = readonly [name: string, array: StateArray];

/** Removes the counter of AveragedModel if all other names begin with `module.`. */
function uncounted(named: readonly Named[]): readonly Named[] {
  const averaged = named.every(([name]) => name === AVERAGES || name.startsWith('module.'));
  return averaged ? named.filter(([name]) => name !== AVERAGES) : named;
}

/** Checks the entries of a state_dict, and returns them without the prefixes of wrappers. */
export function entriesOf(where: string, stateDict: unknown): Map<string, StateArray> {
  if (typeof stateDict !== 'object' || stateDict === null || Array.isArray(stateDict))
    fail('type', where, 'stateDict', 'an object', stateDict);
  const entries = new Map<string, StateArray>();
  for (const [name, array] of Object.entries(stateDict)) checkEntry(where, name, array);
  for (const [name, array] of uncounted(Object.entries(stateDict))) {
    const key = unwrapped(name);
    if (entries.has(key)) fail('value', where, 'stateDict', 'with each name once', name);
    entries.set(key, array);
  }
  return entries;
}

/** Returns a prefix as it is in the names of `entriesOf`; adds the point at its end if that is missing. */
export function prefixIn(entries: Entries, prefix: string): string {
  const plain = unwrapped(prefix);
  const pointed = `${plain}.`;
  const whole = plain === '' || plain.endsWith('.');
  return !whole && [...entries.keys()].some((name) => name.startsWith(pointed)) ? pointed : plain;
}

/**
 * Returns the entries whose names begin with a prefix, without it and without the prefixes of wrappers after it.
 */
export function below(entries: Entries, prefix: string): Entries {
  if (prefix === '') return entries;
  const found = [...entries]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, array]): Named => [name.slice(prefix.length), array]);
  return new Map(uncounted(found).map(([name, array]) => [unwrapped(name), array]));
}

/** Returns the non-empty prefixes that come before one of the keys in the names of the entries. */
export function prefixesOf(entries: Entries, keys: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  for (const name of entries.keys())
    for (let at = name.indexOf('.'); at >= 0; at = name.indexOf('.', at + 1))
      if (keys.has(unwrapped(name.slice(at + 1))))
        found.add(name.slice(0, at + 1).replace(WRAPPERS_AT_END, ''));
  return [...found];
}
