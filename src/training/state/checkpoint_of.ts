import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { checkState, isStateful } from '../../internal/state.js';
import type { Stateful } from '../../types.js';
import { restoreAll, stateOf } from './joined_state.js';
import { isOptimizer, modelComponent, optimizerComponent } from './stateful_component.js';

/** A part of a checkpoint of a custom trainer: a network, an optimizer, or a component with a state. */
export type CheckpointPart = LayersModel | Optimizer | Stateful;

const WHERE = 'checkpointOf';

/**
 * Joins the parts of a custom trainer into one component for `saveCheckpoint` and `loadCheckpoint`.
 *
 * Its state is that of all parts at the moment of the call, `name/…` each; an optimizer has its moments under the
 * paths of the weights that it moves, if their networks are parts. A state that lacks a part, has an extra one or
 * does not fit is refused by the name of the part, and nothing is changed.
 *
 * @param parts By your own names, without a slash: networks, optimizers (of gan-kit or tfjs) and anything with
 *   `state()` and `restore()`, such as an `ExponentialMovingAverage`, an `ImagePool`, a `GradientPenalty`, a
 *   system, or another `checkpointOf`. All stay the caller's.
 * @returns A component with `state()` and `restore()`; it holds nothing to dispose of.
 * @throws GanKitError if there are no parts, or one of them has no state.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { loadCheckpoint, saveCheckpoint } from 'gan-kit/node';
 * import { adam, checkpointOf, ExponentialMovingAverage } from 'gan-kit/training';
 *
 * await loadBackend();
 * const generator = sequential({ layers: [layers.dense({ units: 2, inputShape: [3], name: 'out' })] });
 * const ema = new ExponentialMovingAverage(generator);
 * const trainer = checkpointOf({ generator, optimizer: adam(), ema });
 * await saveCheckpoint(trainer, 'trainer.safetensors', { extra: { step: 300 } });
 * console.log(await loadCheckpoint(trainer, 'trainer.safetensors')); // → { step: 300 }
 * ```
 */
export function checkpointOf(parts: Readonly<Record<string, CheckpointPart>>): Stateful {
  checkRecord(parts);
  const networks = Object.fromEntries(Object.entries(parts).filter(isNetwork));
  const components = Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, componentOf(name, part, networks)]),
  );
  return {
    state: () => stateOf(components),
    restore: async (state) => {
      const where = `${WHERE}.restore`;
      checkState(where, state);
      await restoreAll(where, components, state);
    },
  };
}

function checkRecord(parts: unknown): void {
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts) || isStateful(parts))
    fail('type', WHERE, 'parts', 'an object of parts by name', parts);
  const names = Object.keys(parts);
  if (names.length === 0) fail('value', WHERE, 'parts', 'at least one', parts);
  for (const name of names)
    if (name === '' || name.includes('/'))
      fail('value', WHERE, 'parts', 'by names without a slash that are not empty', name);
}

const isModel = (part: unknown): part is LayersModel =>
  Array.isArray((part as Partial<LayersModel> | undefined)?.layers);

const isNetwork = (entry: [string, CheckpointPart]): entry is [string, LayersModel] =>
  !isStateful(entry[1]) && isModel(entry[1]);

function componentOf(
  name: string,
  part: CheckpointPart,
  networks: Readonly<Record<string, LayersModel>>,
): Stateful {
  if (isOptimizer(part)) return optimizerComponent(part, () => networks);
  if (isStateful(part)) return part;
  if (isModel(part)) return modelComponent(part);
  return fail(
    'type',
    WHERE,
    `parts.${name}`,
    'a LayersModel, an optimizer or a component with state() and restore()',
    part,
    'Numbers and words go into the extra of saveCheckpoint.',
  );
}
