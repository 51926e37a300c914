import { GanKitError, isGanKitError } from '../../errors.js';
import { fail } from '../../internal/check.js';
import { joinStates, partOf } from '../../internal/state.js';
import type { SavedState, Stateful } from '../../types.js';

/** Components by name; `optional` ones may be absent from a state, as they are from older files. */
export type Components = Readonly<Record<string, Stateful & { readonly optional?: boolean }>>;

/** Returns the joined state of all components as of the call: training may continue in the meantime. */
export async function stateOf(components: Components): Promise<SavedState> {
  const states = Object.entries(components).map(
    async ([name, component]) => [name, await component.state()] as const,
  );
  return joinStates(Object.fromEntries(await Promise.all(states)));
}

/**
 * Restores each component from its part of a joined state. A part that does not fit is refused by the name of the
 * component, and everything is rolled back.
 */
export async function restoreAll(
  where: string,
  components: Components,
  state: SavedState,
): Promise<void> {
  const before = await stateOf(components);
  checkNames(where, components, { state, before });
  try {
    for (const [name, component] of Object.entries(components))
      await restored(component, partOf(state, name)).catch((error: unknown) => {
        throw named(where, name, error);
      });
  } catch (error) {
    // a component that cannot go back neither stops the others nor hides the first error
    for (const [name, component] of Object.entries(components))
      await restored(component, partOf(before, name)).catch(() => undefined);
    throw error;
  }
}

/** Restores a component, which may be third-party and throw synchronously. */
const restored = async (component: Stateful, state: SavedState): Promise<void> =>
  component.restore(state);

/** Adds the component's name to a GanKitError; returns other errors as they are. */
function named(where: string, name: string, error: unknown): unknown {
  if (!isGanKitError(error)) return error;
  return new GanKitError(
    error.code,
    `${where}: \`state\` must fit the part '${name}'. Received: one that does not.\n${error.message}`,
    { cause: error, where, parameter: 'state' },
  );
}

/** Refuses a state that lacks a component, or has a part that no component takes. */
function checkNames(
  where: string,
  components: Components,
  { state, before }: Readonly<Record<'state' | 'before', SavedState>>,
): void {
  const names = Object.keys(components);
  const keys = keysOf(state);
  const isIn = (name: string, all: readonly string[]) =>
    all.some((key) => key.startsWith(`${name}/`));
  const stray = keys.find((key) => !names.some((name) => key.startsWith(`${name}/`)));
  const partsThere = [...new Set(keys.map((key) => nameOf(key, names)))];
  if (stray !== undefined)
    fail(
      'state',
      where,
      'state',
      `a state without '${nameOf(stray, names)}', which nothing here takes`,
      partsThere,
    );
  for (const [name, { optional = false }] of Object.entries(components))
    if (!optional && isIn(name, keysOf(before)) && !isIn(name, keys))
      fail('state', where, 'state', `one with '${name}', which is here`, partsThere);
}

const keysOf = ({ values, arrays }: SavedState) => [...Object.keys(values), ...Object.keys(arrays)];

/** Returns the name of the component that a key belongs to; a guess if there is no such component. */
function nameOf(key: string, names: readonly string[]): string {
  const known = names.find((name) => key.startsWith(`${name}/`));
  if (known !== undefined) return known;
  const [first, second] = key.split('/') as [string, string?];
  const isGroup = names.some((name) => name.startsWith(`${first}/`));
  return isGroup && second !== undefined ? `${first}/${second}` : first;
}
