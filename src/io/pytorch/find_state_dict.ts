import { fail } from '../../internal/check.js';
import { describe, keyName } from './describe.js';
import { Opaque, TensorView, Tuple } from './pickle_values.js';
import type { Dict, PickleValue } from './pickle_values.js';
import { refuse } from './refuse.js';

/** A key of a dict, or an index of a list. */
type Step = string | number;

/**
 * The position of a state_dict in a file that contains more: a key or an index, or a list of these from the
 * outside in.
 */
export type StateDictPath = string | number | readonly (string | number)[];

const ALONE = 'Save the state_dict alone: torch.save(net.state_dict(), path).';

/** Checks a path that a user passed, and returns its steps. */
export function stepsOf(path: StateDictPath | undefined): readonly Step[] {
  if (path === undefined) return [];
  const steps: readonly unknown[] = Array.isArray(path) ? path : [path];
  for (const step of steps)
    if (typeof step !== 'string' && !Number.isSafeInteger(step))
      fail('type', 'readPth', 'path', 'a key or an array of keys, strings or integers', path);
  return steps as readonly Step[];
}

/** Follows the steps and returns the tensors by name that are there; refuses anything else. */
export function findStateDict(
  root: PickleValue,
  steps: readonly Step[],
): readonly (readonly [string, TensorView])[] {
  let value = root;
  for (const [i, step] of steps.entries()) value = enter(value, step, steps.slice(0, i));
  if (!(value instanceof Map))
    refuse('that holds a dict of tensors by name', describe(value), adviceOn(value));
  return [...value].map(([name, tensor]): [string, TensorView] => {
    if (typeof name === 'string' && tensor instanceof TensorView) return [name, tensor];
    return refuse(
      'that holds tensors by name, and nothing else beside them',
      `${keyName(name)}: ${describe(tensor)}`,
      adviceOnDict(value, name, tensor, steps),
    );
  });
}

/** Returns the value at a key of a dict or at an index of a list; refuses a step that does not exist. */
function enter(value: PickleValue, step: Step, before: readonly Step[]): PickleValue {
  const list = value instanceof Tuple ? value.items : value;
  const next = list instanceof Map ? list.get(step) : undefined;
  if (next !== undefined) return next;
  if (Array.isArray(list) && typeof step === 'number' && step in list)
    return (list as readonly PickleValue[])[step]!;
  const below = before.length === 0 ? '' : `, below ${before.map(keyName).join(', ')}`;
  return fail(
    ...(['value', 'readPth', 'path', `a key of the file${below}`, step] as const),
    list instanceof Map
      ? `It has ${keysOf(list)}.`
      : Array.isArray(list)
        ? `There is a list of ${list.length}: its places are the integers from 0 on.`
        : `There is ${describe(value)}.`,
  );
}

/** Returns what to do in Python about a value that is not a dict. */
function adviceOn(value: PickleValue): string {
  const advice = value instanceof Opaque ? value.advice : undefined;
  return advice ?? 'Nothing of the file was run. Save net.state_dict().';
}

function adviceOnDict(
  dict: Dict,
  name: PickleValue,
  value: PickleValue,
  steps: readonly Step[],
): string {
  const found = stateDictsIn(dict, steps);
  if (found.length > 0)
    return `There are state_dicts at ${found.join(', ')}; name one: readPth(bytes, { path }).`;
  if (value instanceof TensorView)
    return 'Names are texts; in Python: {str(key): tensor for key, tensor in dict.items()}.';
  return (value instanceof Opaque ? value.advice : undefined) ?? ALONE;
}

const MAX_NAMED = 8;
const MAX_VISITED = 10_000;

/** Returns the paths of dicts whose first entry is a tensor, at most two steps below `dict`. */
function stateDictsIn(dict: Dict, steps: readonly Step[]): string[] {
  const found: string[] = [];
  let visited = 0;
  const look = (value: PickleValue, path: readonly Step[], depth: number): void => {
    if (visited++ > MAX_VISITED || found.length >= MAX_NAMED) return;
    const items = value instanceof Tuple ? value.items : value;
    const entries =
      items instanceof Map ? items.entries() : Array.isArray(items) ? items.entries() : [];
    for (const [key, inner] of entries as Iterable<[PickleValue, PickleValue]>) {
      if (visited > MAX_VISITED || (typeof key !== 'string' && typeof key !== 'number')) return;
      const at = [...path, key];
      const first = inner instanceof Map ? inner.entries().next().value : undefined;
      if (typeof first?.[0] === 'string' && first[1] instanceof TensorView)
        found.push(pathName(at));
      else if (depth > 1) look(inner, at, depth - 1);
    }
  };
  look(dict, steps, 2);
  return found.slice(0, MAX_NAMED);
}

const pathName = (path: readonly Step[]): string =>
  path.length === 1 ? keyName(path[0]!) : `[${path.map(keyName).join(', ')}]`;

function keysOf(dict: Dict): string {
  const keys = [...dict.keys()].slice(0, MAX_NAMED).map(keyName);
  const more = dict.size - keys.length;
  return keys.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
