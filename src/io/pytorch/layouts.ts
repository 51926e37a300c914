import type { LayerVariable } from '../../layers/weights/named_weights.js';
import type { StateArray } from '../../types.js';
import { batchesTracked } from './batches_tracked.js';
import type { PlannedWeight } from './layer_plan.js';
import { inverse, permuted } from './permuted.js';
import { putShare, takeShare } from './shared_columns.js';
import type { WeightPlan } from './weight_plan.js';

/** Returns the present counts of batches, by the names of their entries. */
export const countsOf = ({ counters }: WeightPlan): ReadonlyMap<string, number> =>
  new Map([...counters].map(([key, layer]) => [key, batchesTracked(layer)]));

/**
 * Lays out the weights of a model as PyTorch does, by PyTorch's names.
 *
 * @param ours Returns the values of a weight in our layout.
 * @param zeros Whether biases that the reference does not have are omitted while they are zero.
 */
export function theirsOf(
  { weights, computed }: WeightPlan,
  ours: (variable: LayerVariable) => Float32Array,
  counts: ReadonlyMap<string, number>,
  zeros: 'omit' | 'write' = 'omit',
): Map<string, StateArray> {
  const arrays = new Map<string, StateArray>();
  for (const weight of weights) {
    if (weight.unwritten === true) continue;
    const array = theirs(weight, ours(weight.variable), arrays.get(weight.key));
    const isOmitted = weight.absentIfZero === true && zeros === 'omit';
    if (isOmitted && array.data.every((value) => value === 0)) continue;
    arrays.set(weight.key, array);
  }
  for (const [key, compute] of computed) arrays.set(key, compute(arrays)!);
  for (const [key, count] of counts)
    arrays.set(key, { shape: [], data: Int32Array.of(count), dtype: 'I64' });
  return arrays;
}

/**
 * Converts a weight, or values that belong to its elements, to PyTorch's layout.
 *
 * @param entry The entry as far as it is written, where it has several weights.
 */
export function theirs(
  { shape, unrolled, axes, share }: PlannedWeight,
  data: Float32Array,
  entry?: StateArray,
): StateArray {
  const own = axes.map((axis) => unrolled[axis]!);
  const array = permuted(data, own, inverse(axes));
  if (share === undefined) return { shape: [...shape], data: array };
  const whole =
    (entry?.data as Float32Array | undefined) ?? new Float32Array(share.of * array.length);
  putShare(whole, shape[0]!, share, array);
  return { shape: [...shape], data: whole };
}

/** Converts an entry, or values that belong to its elements, to our layout. */
export function oursOf({ unrolled, axes, share }: PlannedWeight, array: StateArray): Float32Array {
  const whole = array.data as Float32Array;
  const data = share === undefined ? whole : takeShare(whole, array.shape[0]!, share);
  return permuted(data, unrolled, axes);
}
