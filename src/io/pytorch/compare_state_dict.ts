import type { layers } from '@tensorflow/tfjs-layers';
import { isFloat32Array } from '../../internal/brands.js';
import type { StateArray } from '../../types.js';
import type { Entries } from './state_dict_entries.js';
import type { PlannedWeight } from './layer_plan.js';
import type { WeightPlan } from './weight_plan.js';

/** The differences between a state_dict and the entries that a model needs. */
export interface Comparison {
  readonly fitting: readonly { readonly weight: PlannedWeight; readonly array: StateArray }[];
  readonly counts: ReadonlyMap<layers.Layer, number>;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** Descriptions of the entries with a wrong shape or dtype. */
  readonly misfits: readonly string[];
  /**
   * The counters of instance norms: they are present if PyTorch's evaluation mode uses the running statistics.
   */
  readonly statistics: readonly string[];
  /** The number of entries that are missing, unexpected or do not fit. */
  readonly distance: number;
}

/** Compares the entries of a state_dict with a plan. */
export function compare(
  { weights, counters, dropped, statistics }: WeightPlan,
  entries: Entries,
): Comparison {
  const unexpected = new Set(entries.keys());
  const fitting: { weight: PlannedWeight; array: StateArray }[] = [];
  // several weights may have one entry
  const missing = new Set<string>();
  const misfits = new Set<string>();
  for (const weight of weights) {
    const { key, shape } = weight;
    const array = entries.get(key) ?? weight.otherwise?.(entries);
    unexpected.delete(key);
    if (array === undefined) missing.add(key);
    else if (array.shape.join() !== shape.join())
      misfits.add(`${key} is [${array.shape.slice(0, 8).join()}], not [${shape.join()}]`);
    else if (!isFloat32Array(array.data)) misfits.add(`${key} is integers, not float32`);
    else {
      const value = weight.derived === undefined ? array : weight.derived(entries);
      if (value !== undefined) fitting.push({ weight, array: value }); // else another entry is missing
    }
  }
  const counts = new Map<layers.Layer, number>();
  for (const [key, layer] of counters) {
    const array = entries.get(key);
    unexpected.delete(key);
    if (array === undefined) continue; // PyTorch before 0.4.1 did not count batches
    if (array.data.length === 1) counts.set(layer, countOf(array.data[0]!));
    else misfits.add(`${key} is not one number`);
  }
  for (const key of dropped) unexpected.delete(key);
  const distance = missing.size + unexpected.size + misfits.size;
  return {
    ...{ fitting, counts, distance },
    ...{ missing: [...missing], unexpected: [...unexpected], misfits: [...misfits] },
    statistics: statistics.filter((key) => entries.has(key)),
  };
}

/**
 * Returns a count of batches as an integer, or 0 if it is not finite. Averaged weights store it as a float, and
 * float16 ends at 65,504.
 */
const countOf = (value: number): number =>
  Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;

/** Returns whether no entry is missing and all that are present fit. */
export const isComplete = ({ missing, misfits }: Comparison): boolean =>
  missing.length + misfits.length === 0;

/** Returns whether at least one entry has a name that the model needs. */
export const isNear = ({ fitting, misfits }: Comparison): boolean =>
  fitting.length + misfits.length > 0;
