import { fail } from '../../internal/check.js';
import { custom, given } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { checkState } from '../../internal/state.js';
import type { SavedState, StateArray, StateValue } from '../../types.js';
import type { CheckpointExtra } from '../checkpoint.js';
import { ARCHITECTURES } from '../pytorch/architectures/by_name.js';
import { rememberBatchesTracked } from '../pytorch/batches_tracked.js';
import type { Comparison } from '../pytorch/compare_state_dict.js';
import { oursOf } from '../pytorch/layouts.js';
import { fit } from '../pytorch/load_weights.js';
import type { NetworkLayout } from './network_layout.js';
import { optimizerFromFile } from './optimizer_from_file.js';
import { readTrainingFile } from './read_training_file.js';
import type { TrainingFile } from './read_training_file.js';
import { checkSystem, systemLayout } from './system_layout.js';
import type { SystemLayout, TravellingSystem } from './system_layout.js';

/** Options of {@link importTraining}. */
export interface ImportTrainingOptions {
  /** A system like the one that was exported: the same networks, loss and options of optimizers. */
  readonly system: TravellingSystem;
  /** A whole file of {@link exportTraining}, or one that PyTorch wrote in its place. */
  readonly bytes: Uint8Array | ArrayBuffer;
}

/** What {@link importTraining} returns. */
export interface ImportedTraining {
  /** The number of steps made, with those in PyTorch. */
  readonly steps: number;
  /** The values that the file has besides. */
  readonly extra: CheckpointExtra;
}

/**
 * Continues a training run from a file of {@link exportTraining}, or from one of the same form that PyTorch saved after
 * further steps: weights, spectral vectors and statistics, moments, averages, learning rates and counts of steps are set.
 *
 * The state_dicts may be as `loadStateDict` accepts them, with the prefix `module.` of DistributedDataParallel; the
 * parameters of an optimizer are known by their order. Random streams, image pools and buffers are not in the file; they
 * stay as they are in the system.
 *
 * A file that comes back unchanged leaves every bit of weights and moments as it was exported.
 *
 * @param options `system` and `bytes`.
 * @returns The number of steps made, and the extra values of the file.
 * @throws GanKitError if the file is damaged or none of this kind, or if the name, shape or option of anything in it
 *   does not fit the system; nothing is changed then.
 *
 * **Differentiable:** no; it assigns the weights.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { exportTraining, importTraining } from 'gan-kit/io';
 * import { nonSaturating } from 'gan-kit/losses';
 * import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
 * import { createGAN } from 'gan-kit/training';
 *
 * await loadBackend();
 * const shape = { imageShape: [16, 16, 1], filters: 4, kernelSize: 4 } as const;
 * const gan = createGAN({
 *   generator: dcganGenerator({ ...shape, latentSize: 8 }),
 *   discriminator: dcganDiscriminator(shape),
 *   loss: nonSaturating(),
 * });
 * const architectures = { generator: 'dcgan', discriminator: 'dcgan' } as const;
 * const bytes = await exportTraining({ system: gan, architectures });
 * console.log((await importTraining({ system: gan, bytes })).steps); // → 0
 * ```
 */
export async function importTraining(options: ImportTrainingOptions): Promise<ImportedTraining> {
  const where = 'importTraining';
  const { system, bytes } = readOptions(where, options, {
    system: custom<TravellingSystem>(checkSystem),
    bytes: given<ImportTrainingOptions['bytes']>(),
  });
  const file = await readTrainingFile(where, bytes);
  const before = await system.state();
  checkState(where, before);
  const layout = systemLayout(where, system, before, {
    ...{ architectures: file.architectures, parameter: 'bytes: architectures' },
    keys: 'parametrization',
  });
  checkNames(where, file, layout);

  const values: Record<string, StateValue> = { ...before.values };
  const arrays: Record<string, StateArray> = { ...before.arrays };
  const put = (prefix: string, part: SavedState): void => {
    for (const key of Object.keys(arrays)) if (key.startsWith(`${prefix}/`)) delete arrays[key];
    for (const [key, value] of Object.entries(part.values)) values[`${prefix}/${key}`] = value;
    for (const [key, array] of Object.entries(part.arrays)) arrays[`${prefix}/${key}`] = array;
  };
  // of another system: refused where the state is restored
  for (const [key, value] of file.system) values[`system/${key}`] = value as StateValue;
  values['steps/made'] = file.steps;
  const comparisons = layout.networks.map((network) =>
    compared(where, network, `networks.${network.name}`, file.networks.get(network.name)!),
  );
  layout.networks.forEach((network, i) =>
    put(`${network.name}/weights`, { values: {}, arrays: weightsBy(network, comparisons[i]!) }),
  );
  for (const optimizer of layout.optimizers) {
    const saved = file.optimizers.get(optimizer.name)!;
    put(`optimizer/${optimizer.name}`, optimizerFromFile(where, optimizer, saved, before));
  }
  if (layout.averaged !== undefined) {
    const { stateDict, updates } = file.average!;
    const average = compared(where, layout.averaged, 'ema.state_dict', stateDict);
    put('ema', { values: {}, arrays: weightsBy(layout.averaged, average) });
    values['ema/updates'] = updates as StateValue;
  }
  await system.restore({ values, arrays });
  for (const { counts } of comparisons)
    for (const [layer, count] of counts) rememberBatchesTracked(layer, count);
  return { steps: file.steps, extra: file.extra };
}

/** Refuses a file that has other networks, optimizers or averages than the system. */
function checkNames(where: string, file: TrainingFile, layout: SystemLayout): void {
  const check = (part: string, there: Iterable<string>, here: readonly string[]): void => {
    const names = [...there];
    if (names.length !== here.length || !here.every((name) => names.includes(name)))
      fail('state', where, `bytes: ${part}`, `by the names ${here.join(', ')}`, names);
  };
  const namesOf = (parts: readonly { readonly name: string }[]) => parts.map(({ name }) => name);
  check('networks', file.networks.keys(), namesOf(layout.networks));
  check('optimizers', file.optimizers.keys(), namesOf(layout.optimizers));
  const [here, there] = [layout.averaged !== undefined, file.average !== undefined];
  if (here !== there)
    fail(
      ...(['state', where, 'bytes: ema'] as const),
      here ? 'present, as the system averages weights' : 'absent, as the system has no average',
      there ? 'an average' : 'none',
      'Give createGAN `ema`, or leave it out, as where the run came from.',
    );
}

/** Compares a state_dict of the file with a network; refuses one that does not fit. */
const compared = (
  where: string,
  { model, architecture }: NetworkLayout,
  part: string,
  stateDict: Readonly<Record<string, StateArray>>,
): Comparison =>
  fit(where, model, ARCHITECTURES[architecture], stateDict, {
    ...{ strict: true, prefix: '' },
    parameter: `bytes: ${part}`,
  });

/** Returns the weights of a network in our layout, by path. */
const weightsBy = ({ paths }: NetworkLayout, { fitting }: Comparison): Record<string, StateArray> =>
  Object.fromEntries(
    fitting.map(({ weight, array }) => [
      paths.get(weight.variable)!,
      { shape: weight.variable.shape as number[], data: oursOf(weight, array) },
    ]),
  );
