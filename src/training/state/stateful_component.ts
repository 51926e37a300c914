import type { Optimizer, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Revertible } from '../../internal/savepoint.js';
import { isStateful } from '../../internal/state.js';
import type { Stateful } from '../../types.js';
import { HostOptimizer } from '../optimizers/host_optimizer.js';
import type { SlotOptimizer } from '../optimizers/slot_optimizer.js';
import { weightPaths } from '../optimizers/weight_paths.js';
import { modelState, restoreModel } from './model_state.js';

/** A model as a component: its weights and the states of its layers. */
export const modelComponent = (model: LayersModel): Stateful => ({
  state: () => modelState(model),
  restore: (state) => restoreModel(model, state),
});

/** Whether something is an optimizer, of tfjs or anyone's. */
export const isOptimizer = (component: unknown): component is Optimizer =>
  typeof (component as Partial<Optimizer> | undefined)?.applyGradients === 'function';

/**
 * An optimizer as a component. One whose moments nobody knows is refused when its state is asked for.
 *
 * @param networks What it moves, by name, and others: the state is then keyed by `network/layer/weight`. A
 *   class of somebody's own with a state keys it as it likes.
 */
export function optimizerComponent(
  optimizer: Optimizer,
  networks?: () => Readonly<Record<string, LayersModel>>,
): Stateful {
  const paths = networks && (() => weightPaths(networks()));
  if (!isStateful(optimizer)) return new HostOptimizer(optimizer, paths);
  return paths !== undefined && isNameable(optimizer) ? keyedByPaths(optimizer, paths) : optimizer;
}

/** An optimizer of gan-kit, which is told the paths of now before it is asked for its state or given one. */
function keyedByPaths(
  optimizer: SlotOptimizer<string>,
  paths: () => ReadonlyMap<Variable, string>,
): Stateful & Revertible {
  const named = () => {
    optimizer.name(paths());
    return optimizer;
  };
  return {
    state: async () => named().state(),
    restore: async (state) => named().restore(state),
    savepoint: () => optimizer.savepoint(),
  };
}

/** Whether an optimizer can be told paths: those of gan-kit can, of any copy of it. */
const isNameable = (component: object): component is SlotOptimizer<string> =>
  isOptimizer(component) &&
  typeof (component as Partial<SlotOptimizer<string>>).name === 'function';

/**
 * Those of a system's components that have a state; a user's own penalty may have none.
 *
 * @param networks Of the system, by whose weights the states of optimizers are keyed.
 */
export function statefulComponents(
  components: Readonly<Record<string, unknown>>,
  networks?: () => Readonly<Record<string, LayersModel>>,
): Readonly<Record<string, Stateful>> {
  const known = Object.entries(components).map(
    ([name, component]) =>
      [name, isOptimizer(component) ? optimizerComponent(component, networks) : component] as const,
  );
  return Object.fromEntries(
    known.filter((entry): entry is [string, Stateful] => isStateful(entry[1])),
  );
}
