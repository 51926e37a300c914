import { GanKitError, isGanKitError } from '../../errors.js';
import { fail } from '../../internal/check.js';
import { joinStates, partOf } from '../../internal/state.js';
import type { PieceState, Stateful } from '../../types.js';

/** Pieces by name; `optional` ones may be absent from a state, as they are from older files. */
export type Pieces = Readonly<Record<string, Stateful & { readonly optional?: boolean }>>;

/** The joined state of all pieces, as they are before the first wait: training may go on meanwhile. */
export async function stateOf(pieces: Pieces): Promise<PieceState> {
  const states = Object.entries(pieces).map(
    async ([name, piece]) => [name, await piece.state()] as const,
  );
  return joinStates(Object.fromEntries(await Promise.all(states)));
}

/**
 * Gives each piece its part of a joined state. One that does not fit is refused by the name of the piece, and
 * everything is then as it was before.
 */
export async function restoreAll(where: string, pieces: Pieces, state: PieceState): Promise<void> {
  const before = await stateOf(pieces);
  checkNames(where, pieces, { state, before });
  try {
    for (const [name, piece] of Object.entries(pieces))
      await restored(piece, partOf(state, name)).catch((error: unknown) => {
        throw named(where, name, error);
      });
  } catch (error) {
    // a piece that cannot go back keeps no other from it, nor hides the first error
    for (const [name, piece] of Object.entries(pieces))
      await restored(piece, partOf(before, name)).catch(() => undefined);
    throw error;
  }
}

/** Restores a piece, which may be anyone's and throw at once. */
const restored = async (piece: Stateful, state: PieceState): Promise<void> => piece.restore(state);

/** Says of an error of a piece whose it is; other errors stay as they are. */
function named(where: string, name: string, error: unknown): unknown {
  if (!isGanKitError(error)) return error;
  return new GanKitError(
    error.code,
    `${where}: \`state\` must fit the part '${name}'. Received: one that does not.\n${error.message}`,
    { cause: error, where, parameter: 'state' },
  );
}

/** Refuses a state that lacks a piece which has one here, and one with a part that nobody here takes. */
function checkNames(
  where: string,
  pieces: Pieces,
  { state, before }: Readonly<Record<'state' | 'before', PieceState>>,
): void {
  const names = Object.keys(pieces);
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
      `one without '${nameOf(stray, names)}', which is not here`,
      partsThere,
    );
  for (const [name, { optional = false }] of Object.entries(pieces))
    if (!optional && isIn(name, keysOf(before)) && !isIn(name, keys))
      fail('state', where, 'state', `one with '${name}', which is here`, partsThere);
}

const keysOf = ({ values, arrays }: PieceState) => [...Object.keys(values), ...Object.keys(arrays)];

/** The name of the piece that a key belongs to; of one that is not here, as far as it can be told. */
function nameOf(key: string, names: readonly string[]): string {
  const known = names.find((name) => key.startsWith(`${name}/`));
  if (known !== undefined) return known;
  const [first, second] = key.split('/') as [string, string?];
  const isGroup = names.some((name) => name.startsWith(`${first}/`));
  return isGroup && second !== undefined ? `${first}/${second}` : first;
}
