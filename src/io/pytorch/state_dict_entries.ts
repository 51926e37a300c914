import { isFloat32Array, isInt32Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import type { StateArray } from '../../types.js';

/** The arrays of a state_dict by name. */
export type Entries = ReadonlyMap<string, StateArray>;

/** What DataParallel and torch.compile put before the names, or into them. */
const WRAPPERS = /^((module|_orig_mod)\.)+/;
const WRAPPERS_AT_END = /(?<=^|\.)((module|_orig_mod)\.)+$/;

/** PyTorch 0.4.0 had another name for a weight before it is normalized. */
const unwrapped = (name: string): string =>
  name
    .replace(WRAPPERS, '')
    .replaceAll('._orig_mod.', '.')
    .replace(/\.weight_org$/, '.weight_orig');

/** AveragedModel counts its averages beside the module that it wraps. */
const AVERAGES = 'n_averaged';

function checkEntry(where: string, name: string, array: unknown): asserts array is StateArray {
  const { shape, data } = (array ?? {}) as Partial<StateArray>;
  if (!Array.isArray(shape) || !(isFloat32Array(data) || isInt32Array(data)))
    fail('type', where, `stateDict['${name}']`, '{ shape, data }, as readPth gives', array);
  if (shape.reduce((size: number, axis: number) => size * axis, 1) !== data.length)
    fail('shape', where, `stateDict['${name}'].data`, `of shape [${shape.join()}]`, data.length);
}

type Named = readonly [name: string, array: StateArray];

/** Without what wrappers count beside the names. */
function uncounted(named: readonly Named[]): readonly Named[] {
  const averaged = named.every(([name]) => name === AVERAGES || name.startsWith('module.'));
  return averaged ? named.filter(([name]) => name !== AVERAGES) : named;
}

/** The entries, checked, without what wrappers put before their names. */
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

/** A prefix as the names of `entriesOf` have it; the point at its end may be left out. */
export function prefixIn(entries: Entries, prefix: string): string {
  const plain = unwrapped(prefix);
  const pointed = `${plain}.`;
  const whole = plain === '' || plain.endsWith('.');
  return !whole && [...entries.keys()].some((name) => name.startsWith(pointed)) ? pointed : plain;
}

/** The entries whose names begin with a prefix, without it and what wrappers put behind it. */
export function below(entries: Entries, prefix: string): Entries {
  if (prefix === '') return entries;
  const found = [...entries]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, array]): Named => [name.slice(prefix.length), array]);
  return new Map(uncounted(found).map(([name, array]) => [unwrapped(name), array]));
}

/** What stands before any of the keys in the names of the entries, and is not empty. */
export function prefixesOf(entries: Entries, keys: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  for (const name of entries.keys())
    for (let at = name.indexOf('.'); at >= 0; at = name.indexOf('.', at + 1))
      if (keys.has(unwrapped(name.slice(at + 1))))
        found.add(name.slice(0, at + 1).replace(WRAPPERS_AT_END, ''));
  return [...found];
}
