import { clone, dispose, keep } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { SavedState, StateArray, StateValue, Stateful } from '../types.js';
import { isFloat32Array, isInt32Array } from './brands.js';
import { checkOptions, fail } from './check.js';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value);

/** Checks that a value is a state: numbers and strings by key, and arrays that fit their shapes. */
export function checkState(where: string, state: unknown): asserts state is SavedState {
  checkOptions(where, state, ['values', 'arrays'], 'state');
  const { values, arrays } = state as Record<keyof SavedState, unknown>;
  if (!isRecord(values)) fail('type', where, 'state.values', 'an object', values);
  if (!isRecord(arrays)) fail('type', where, 'state.arrays', 'an object', arrays);
  for (const [key, value] of Object.entries(arrays)) {
    const parameter = `state.arrays['${key}']`;
    const { shape, data } = (isRecord(value) ? value : {}) as Partial<StateArray>;
    if (!Array.isArray(shape) || !(isFloat32Array(data) || isInt32Array(data)))
      fail('type', where, parameter, '{ shape, data } with a typed array', value);
    if (data.length !== shape.reduce((size, axis) => size * axis, 1))
      fail('shape', where, parameter, `an array of shape [${shape.join(',')}]`, data.length);
  }
}

/** Tells whether something has a state that can be restored. */
export const isStateful = (component: unknown): component is Stateful =>
  typeof (component as Partial<Stateful> | undefined)?.state === 'function' &&
  typeof (component as Partial<Stateful>).restore === 'function';

/** Joins the states of named parts into one; keys become `name/key`. */
export function joinStates(parts: Readonly<Record<string, SavedState>>): SavedState {
  const values: Record<string, StateValue> = {};
  const arrays: Record<string, StateArray> = {};
  for (const [name, part] of Object.entries(parts)) {
    for (const [key, value] of Object.entries(part.values)) values[`${name}/${key}`] = value;
    for (const [key, array] of Object.entries(part.arrays)) arrays[`${name}/${key}`] = array;
  }
  return { values, arrays };
}

/** Returns the part of a joined state that belongs to `name`. */
export function partOf(state: SavedState, name: string): SavedState {
  const prefix = `${name}/`;
  const cut = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(
      Object.entries(record)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, entry]) => [key.slice(prefix.length), entry]),
    );
  return { values: cut(state.values), arrays: cut(state.arrays) };
}

/** Reads a finite number that a state must hold. */
export function numberFrom(where: string, state: SavedState, key: string): number {
  const value = state.values[key];
  if (!Number.isFinite(value))
    fail('state', where, `state.values['${key}']`, 'a finite number', value);
  return value as number;
}

/** Reads a count that a state must hold: an integer from 0 on. */
export function countFrom(where: string, state: SavedState, key: string): number {
  const value = state.values[key];
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    fail('state', where, `state.values['${key}']`, 'an integer >= 0', value);
  return value as number;
}

/** Reads an array of the given shape that a state must hold. */
export function arrayFrom(
  where: string,
  state: SavedState,
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

/**
 * Copies tensors into arrays of a state, by key. They are copied before the first wait, because their owner
 * may replace them while waiting for a device.
 */
export async function arraysOf(
  tensors: Readonly<Record<string, Tensor>>,
): Promise<Record<string, StateArray>> {
  const copies = Object.entries(tensors).map(([key, one]) => [key, keep(clone(one))] as const);
  try {
    const read = copies.map(async ([key, copy]) => {
      const data = Float32Array.from(await copy.data());
      return [key, { shape: copy.shape, data }] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  } finally {
    dispose(copies.map(([, copy]) => copy));
  }
}
