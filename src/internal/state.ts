import type { PieceState, StateArray, StateValue } from '../types.js';
import { fail } from './check.js';

/** Joins the states of named parts into one; keys become `name/key`. */
export function joinStates(parts: Readonly<Record<string, PieceState>>): PieceState {
  const values: Record<string, StateValue> = {};
  const arrays: Record<string, StateArray> = {};
  for (const [name, part] of Object.entries(parts)) {
    for (const [key, value] of Object.entries(part.values)) values[`${name}/${key}`] = value;
    for (const [key, array] of Object.entries(part.arrays)) arrays[`${name}/${key}`] = array;
  }
  return { values, arrays };
}

/** The part of a joined state that belongs to `name`. */
export function partOf(state: PieceState, name: string): PieceState {
  const prefix = `${name}/`;
  const cut = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(
      Object.entries(record)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, entry]) => [key.slice(prefix.length), entry]),
    );
  return { values: cut(state.values), arrays: cut(state.arrays) };
}

/** A number that a state must hold. */
export function numberFrom(where: string, state: PieceState, key: string): number {
  const value = state.values[key];
  if (typeof value !== 'number') fail('state', where, `state.values['${key}']`, 'a number', value);
  return value;
}

/** An array that a state must hold, of the given shape. */
export function arrayFrom(
  where: string,
  state: PieceState,
  key: string,
  shape?: readonly number[],
): StateArray {
  const array = state.arrays[key];
  if (array === undefined) fail('state', where, `state.arrays['${key}']`, 'present', array);
  if (shape !== undefined && array.shape.join() !== shape.join())
    fail(
      'state',
      where,
      `state.arrays['${key}']`,
      `of shape [${shape.join(',')}]`,
      `shape [${array.shape.join(',')}]`,
    );
  return array;
}
