import { dispose, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import type { StateArray } from '../../types.js';
import { rememberBatchesTracked } from './batches_tracked.js';
import { compare, isComplete, isNear } from './compare_state_dict.js';
import type { Comparison } from './compare_state_dict.js';
import { explain, refuseStatistics, refuseToChoose } from './explain_difference.js';
import { oursOf } from './layouts.js';
import { renumbered } from './renumbered.js';
import { below, entriesOf, prefixIn, prefixesOf } from './state_dict_entries.js';
import type { Entries } from './state_dict_entries.js';
import type { Architecture } from './torch_module.js';
import { planWeights } from './weight_plan.js';
import type { WeightPlan } from './weight_plan.js';

/** The entries without a counterpart that {@link loadStateDict} found. */
export interface StateDictDifference {
  /** PyTorch's names of the entries that the model needs and the state_dict lacks. */
  readonly missing: readonly string[];
  /** The names, without prefix, of the entries that the model has no place for. */
  readonly unexpected: readonly string[];
}

/** The rules for loading a state_dict. */
export interface LoadingRules {
  readonly strict: boolean;
  /** The prefix of the entries to load; `undefined` if it must be found. */
  readonly prefix?: string | undefined;
  /** Whether running statistics of instance norms are ignored. */
  readonly ignoreStatistics?: boolean;
  /** The name of the state_dict in messages; default `stateDict`. */
  readonly parameter?: string;
}

/** Does the work of {@link loadStateDict}, for any architecture. */
export function loadWeights(
  where: string,
  model: LayersModel,
  architecture: Architecture,
  stateDict: Readonly<Record<string, StateArray>>,
  rules: LoadingRules,
): StateDictDifference {
  const { fitting, counts, missing, unexpected } = fit(
    where,
    model,
    architecture,
    stateDict,
    rules,
  );
  const tensors: Tensor[] = [];
  try {
    for (const { weight, array } of fitting)
      tensors.push(tensor(oursOf(weight, array), weight.variable.shape as number[], 'float32'));
    fitting.forEach(({ weight }, i) => weight.variable.write(tensors[i]!));
  } finally {
    dispose(tensors);
  }
  for (const [layer, count] of counts) rememberBatchesTracked(layer, count);
  return { missing, unexpected };
}

/** Compares a state_dict with a model, and refuses what the rules do not allow; changes nothing. */
export function fit(
  where: string,
  model: LayersModel,
  architecture: Architecture,
  stateDict: Readonly<Record<string, StateArray>>,
  { strict, prefix, ignoreStatistics = false, parameter = 'stateDict' }: LoadingRules,
): Comparison {
  const entries = entriesOf(where, stateDict);
  // a network may have several sets of names, and those of the file decide; the model's own come first
  const plans = planWeights(where, model, architecture, ['hook', 'parametrization']);
  const task = { where, plans, movable: architecture.movable === true, entries };
  const { comparison, prefix: found } = prefix === undefined ? search(task) : at(task, prefix);
  const { missing, unexpected, misfits, statistics } = comparison;
  if (misfits.length > 0 || (strict && missing.length + unexpected.length > 0))
    explain(where, parameter, found, comparison);
  if (statistics.length > 0 && !ignoreStatistics) refuseStatistics(where, parameter, statistics);
  return comparison;
}

/** The entries of a file, and the plans that they are compared with. */
interface Task {
  readonly where: string;
  readonly plans: readonly WeightPlan[];
  readonly movable: boolean;
  readonly entries: Entries;
}

interface Found {
  readonly prefix: string;
  readonly comparison: Comparison;
}

/** Compares the entries after a prefix with all plans, and returns the comparison with the nearest one. */
function nearest({ plans, movable, entries }: Task, prefix: string): Found {
  const behind = below(entries, prefix);
  const comparisons = plans.flatMap((plan) => {
    const moved = movable
      ? renumbered(
          behind,
          plan.weights.map(({ key }) => key),
        )
      : undefined;
    const plain = compare(plan, behind);
    const other = moved === undefined ? plain : compare(plan, moved);
    return other.distance === 0 ? [other] : [plain]; // the new numbers count only if everything fits
  });
  const comparison = comparisons.reduce((a, b) => (b.distance < a.distance ? b : a));
  return { prefix, comparison };
}

/** Compares the entries after a given prefix; refuses a prefix that no name has. */
function at(task: Task, prefix: string): Found {
  const { where, entries } = task;
  const plain = prefixIn(entries, prefix);
  if (below(entries, plain).size > 0) return nearest(task, plain);
  const firsts = new Set([...entries.keys()].map((name) => /^[^.]*\.?/.exec(name)![0]));
  return fail(
    ...(['value', where, 'prefix', 'the beginning of some names of the file', prefix] as const),
    `They begin with ${[...firsts].slice(0, 8).join(', ')}.`,
  );
}

/**
 * Compares all entries, or, if none has a name of the model, those after the prefix that fits the model best.
 * Refuses to choose if several prefixes fit completely.
 */
function search(task: Task): Found {
  const { where, plans, entries } = task;
  const plain = nearest(task, '');
  if (isNear(plain.comparison)) return plain;
  const keys = new Set(plans.flatMap(({ weights }) => weights.map(({ key }) => key)));
  const candidates = prefixesOf(entries, keys).map((prefix) => nearest(task, prefix));
  const complete = candidates.filter(({ comparison }) => isComplete(comparison));
  if (complete.length > 1)
    refuseToChoose(
      where,
      complete.map(({ prefix }) => prefix),
    );
  const ranked = complete.length === 1 ? complete : candidates;
  return ranked.reduce(
    (a, b) => (b.comparison.distance < a.comparison.distance ? b : a),
    ranked[0] ?? plain,
  );
}
