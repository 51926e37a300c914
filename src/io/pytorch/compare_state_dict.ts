import type { layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import type { StateArray } from '../../types.js';
import { cut } from './refuse.js';
import type { PlannedWeight, WeightPlan } from './weight_plan.js';

/** A state_dict beside what a model needs. */
export interface Comparison {
  readonly fitting: readonly { readonly weight: PlannedWeight; readonly array: StateArray }[];
  readonly counts: ReadonlyMap<layers.Layer, number>;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** Entries of another shape or dtype, in words. */
  readonly misfits: readonly string[];
  /** How far the two are apart. */
  readonly distance: number;
}

const MAX_LISTED = 100;

export function compare(
  { weights, counters, dropped }: WeightPlan,
  entries: ReadonlyMap<string, StateArray>,
): Comparison {
  const unexpected = new Set(entries.keys());
  const fitting: { weight: PlannedWeight; array: StateArray }[] = [];
  const missing: string[] = [];
  const misfits: string[] = [];
  for (const weight of weights) {
    const { key, shape } = weight;
    const array = entries.get(key);
    unexpected.delete(key);
    if (array === undefined) missing.push(key);
    else if (array.shape.join() !== shape.join())
      misfits.push(`${key} is [${array.shape.slice(0, 8).join()}], not [${shape.join()}]`);
    else if (!(array.data instanceof Float32Array)) misfits.push(`${key} is integers, not float32`);
    else fitting.push({ weight, array });
  }
  const counts = new Map<layers.Layer, number>();
  for (const [key, layer] of counters) {
    const array = entries.get(key);
    unexpected.delete(key);
    if (array === undefined) continue; // PyTorch before 0.4.1 did not count
    if (array.data instanceof Int32Array && array.data.length === 1)
      counts.set(layer, array.data[0]!);
    else misfits.push(`${key} is not one integer`);
  }
  for (const key of dropped) unexpected.delete(key);
  const distance = missing.length + unexpected.size + misfits.length;
  return { fitting, counts, missing, unexpected: [...unexpected], misfits, distance };
}

/** Throws the one error that lists all. */
export function explain(where: string, { missing, unexpected, misfits }: Comparison): never {
  const line = (what: string, names: readonly string[]) => {
    if (names.length === 0) return [];
    const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '';
    return [`${what}: ${names.slice(0, MAX_LISTED).map(cut).join(', ')}${more}.`];
  };
  return fail(
    'state',
    where,
    'stateDict',
    'that of a network like the model',
    `${missing.length} missing, ${unexpected.length} unexpected, ${misfits.length} that do not fit`,
    [
      ...line('Missing', missing),
      ...line('Unexpected', unexpected),
      ...line('Do not fit', misfits),
      'Nothing was changed. Make the model with the options that the network had.',
    ].join('\n'),
  );
}
