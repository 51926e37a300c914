import { dispose, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import type { StateArray } from '../../types.js';
import { rememberBatchesTracked } from './batches_tracked.js';
import { compare, explain } from './compare_state_dict.js';
import { permuted } from './permuted.js';
import type { Architecture } from './torch_module.js';
import { planWeights } from './weight_plan.js';
import type { PlannedWeight } from './weight_plan.js';

type StateDict = Readonly<Record<string, StateArray>>;

/** What {@link loadStateDict} found beside the entries that fit. */
export interface StateDictDifference {
  /** Entries that the model needs and the state_dict has not, by PyTorch's names. */
  readonly missing: readonly string[];
  /** Entries that the model has no place for, by their names without `module.`. */
  readonly unexpected: readonly string[];
}

/** The work of {@link loadStateDict}, for any architecture. */
export function loadWeights(
  where: string,
  model: LayersModel,
  architecture: Architecture,
  stateDict: StateDict,
  strict: boolean,
): StateDictDifference {
  const entries = entriesOf(where, stateDict);
  // the names of the file decide, where a network may have several; the model's own come first
  const plans = planWeights(where, model, architecture, ['hook', 'parametrization']);
  const comparisons = plans.map((plan) => compare(plan, entries));
  const best = comparisons.reduce((a, b) => (b.distance < a.distance ? b : a));
  if (best.misfits.length > 0 || (strict && best.missing.length + best.unexpected.length > 0))
    explain(where, best);

  const { fitting, counts, missing, unexpected } = best;
  const tensors: Tensor[] = [];
  try {
    for (const { weight, array } of fitting) tensors.push(ours(weight, array));
    fitting.forEach(({ weight }, i) => weight.variable.write(tensors[i]!));
  } finally {
    dispose(tensors);
  }
  for (const [layer, count] of counts) rememberBatchesTracked(layer, count);
  return { missing, unexpected };
}

/** A weight in our layout. */
function ours({ variable, unrolled, axes }: PlannedWeight, { data }: StateArray): Tensor {
  const shape = variable.shape as number[];
  return tensor(permuted(data as Float32Array, unrolled, axes), shape, 'float32');
}

/** The entries without the prefix that DataParallel puts before each name. */
function entriesOf(where: string, stateDict: StateDict): Map<string, StateArray> {
  if (typeof stateDict !== 'object' || stateDict === null || Array.isArray(stateDict))
    fail('type', where, 'stateDict', 'an object', stateDict);
  const entries = new Map<string, StateArray>();
  for (const [name, array] of Object.entries(stateDict)) {
    const key = name.replace(/^module\./, '');
    const { shape, data } = (array ?? {}) as Partial<StateArray>;
    if (!Array.isArray(shape) || !(data instanceof Float32Array || data instanceof Int32Array))
      fail('type', where, `stateDict['${name}']`, '{ shape, data }, as readPth gives', array);
    if (shape.reduce((size: number, axis: number) => size * axis, 1) !== data.length)
      fail('shape', where, `stateDict['${name}'].data`, `of shape [${shape.join()}]`, data.length);
    if (entries.has(key)) fail('value', where, 'stateDict', 'with each name once', name);
    entries.set(key, array);
  }
  return entries;
}
