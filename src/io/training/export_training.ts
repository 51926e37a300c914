import { custom, given, oneOf } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { checkState, countFrom, partOf } from '../../internal/state.js';
import type { SavedState } from '../../types.js';
import type { CheckpointExtra } from '../checkpoint.js';
import { checkRecord } from '../check_array.js';
import { toJSONText } from '../json_text.js';
import { Float } from '../pytorch/write_pickle.js';
import type { Writable } from '../pytorch/write_pickle.js';
import { writeTorchFile } from '../pytorch/write_torch_file.js';
import type { SpectralKeys } from '../pytorch/weight_rules.js';
import { stateDictOf } from './network_layout.js';
import type { NetworkLayout, TravellingArchitecture } from './network_layout.js';
import { optimizerStateDict } from './optimizer_state_dict.js';
import { checkSystem, systemLayout } from './system_layout.js';
import type { SystemLayout, TravellingSystem } from './system_layout.js';
import { FORMAT, VERSION } from './read_training_file.js';

/** Options of {@link exportTraining}. */
export interface ExportTrainingOptions {
  /**
   * A system of `createGAN`, `createPix2Pix` or `createCycleGAN`, or one whose optimizers have the names of the networks
   * that they move.
   */
  readonly system: TravellingSystem;
  /**
   * The kind of each network, by its name in the system, as for {@link stateDict}: for pix2pix
   * `{ generator: 'unet', discriminator: 'patch' }`.
   */
  readonly architectures: Readonly<Record<string, TravellingArchitecture>>;
  /**
   * The names of spectrally normalized weights: `'parametrization'` (default), those of
   * `torch.nn.utils.parametrizations.spectral_norm`, which moves u before v as gan-kit does, or `'hook'`, those of
   * `torch.nn.utils.spectral_norm`, which moves v before u.
   */
  readonly spectralKeys?: SpectralKeys;
  /**
   * Any values that JSON can represent, such as the numbers of a schedule; default {}. {@link importTraining} returns
   * them.
   */
  readonly extra?: CheckpointExtra;
}

/**
 * Writes a training run as a file with which PyTorch continues it: `torch.load(path, weights_only=True)` gives a dict of
 *
 * - `networks`: the state_dict of each network by its name in the system, spectral vectors and statistics included;
 * - `optimizers`: of each optimizer the state_dict of `torch.optim.Adam` (or RMSprop), with moments, counts of steps
 *   and the current learning rate, and parameters in the order of `module.parameters()`;
 * - `ema`: the average of the generator's weights, `{ state_dict, updates, decay, warm_up }`, if there is one;
 * - `system`, what the system is: its kind, loss, and how often players move; `architectures`;
 * - `steps`, the number of steps made; `extra`, as a JSON text;
 * - `rounded`: bits of the moments that PyTorch's own scale loses, for a file that comes back unchanged;
 * - `without`: the parts of the system's state that do not travel.
 *
 * These are random streams, image pools and buffers: PyTorch draws others. Of CycleGAN, one optimizer has the
 * parameters of two networks, in the order of the authors' code: `generatorAB` (there G_A) and `generatorBA` (G_B),
 * `discriminatorB` (D_A, which judges images of B) and `discriminatorA` (D_B).
 *
 * @param options `system` and `architectures`; `spectralKeys`, `extra`.
 * @returns The bytes of the file; equal states give equal bytes.
 * @throws GanKitError if a network is not of its architecture, an optimizer is of another kind, or `extra` is not JSON.
 *
 * **Differentiable:** no; it reads the weights back, without blocking.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { exportTraining, importTraining } from 'gan-kit/io';
 * import { createPix2Pix } from 'gan-kit/training';
 *
 * await loadBackend();
 * const make = (seed: number) =>
 *   createPix2Pix({
 *     inputShape: [32, 32, 3],
 *     generatorOptions: { filters: 2, downsamplings: 5 },
 *     discriminatorOptions: { filters: 2, layers: 2 },
 *     seed,
 *   });
 * const bytes = await exportTraining({
 *   system: make(1),
 *   architectures: { generator: 'unet', discriminator: 'patch' },
 *   extra: { epoch: 3 },
 * });
 * console.log(await importTraining({ system: make(2), bytes })); // → { steps: 0, extra: { epoch: 3 } }
 * ```
 */
export async function exportTraining(options: ExportTrainingOptions): Promise<Uint8Array> {
  const where = 'exportTraining';
  const read = readOptions(where, options, {
    system: custom<TravellingSystem>(checkSystem),
    architectures: given<ExportTrainingOptions['architectures']>(),
    spectralKeys: oneOf(['parametrization', 'hook'], { default: 'parametrization' }),
    extra: given<CheckpointExtra | undefined>(),
  });
  const { system, architectures, spectralKeys, extra = {} } = read;
  checkRecord(where, 'architectures', architectures);
  checkRecord(where, 'extra', extra);
  const extraText = toJSONText(where, 'extra', extra);
  const state = await system.state();
  checkState(where, state);
  const layout = systemLayout(where, system, state, {
    ...{ architectures, keys: spectralKeys, parameter: 'architectures' },
  });
  const { networks, optimizers, averaged } = layout;

  const states = optimizers.map(
    (one) => [one.name, optimizerStateDict(where, one, state)] as const,
  );
  const rounded = states.filter(([, one]) => one.rounded.size > 0);
  const file: [string, Writable][] = [
    ['format', FORMAT],
    ['version', VERSION],
    ['system', new Map(Object.entries(partOf(state, 'system').values) as [string, Writable][])],
    ['steps', countFrom(where, state, 'steps/made')],
    ['architectures', new Map(networks.map(({ name, architecture }) => [name, architecture]))],
    [
      'networks',
      new Map(networks.map((one) => [one.name, weightsOf(one, state, `${one.name}/weights`)])),
    ],
    ['optimizers', new Map(states.map(([name, { stateDict }]) => [name, stateDict]))],
  ];
  if (averaged !== undefined) file.push(['ema', averageOf(system, averaged, state)]);
  file.push(
    ['rounded', new Map(rounded.map(([name, one]) => [name, one.rounded]))],
    ['extra', extraText],
    ['without', leftBehind(state, layout)],
  );
  return writeTorchFile(where, 'system', new Map(file));
}

const weightsOf = (layout: NetworkLayout, state: SavedState, part: string): Writable =>
  stateDictOf(layout, partOf(state, part).arrays);

/** Returns the average of a system, and how it goes on. */
function averageOf(system: TravellingSystem, averaged: NetworkLayout, state: SavedState): Writable {
  const { ema } = system as { readonly ema?: { readonly decay: number; readonly warmUp: boolean } };
  return new Map<string, Writable>([
    ['state_dict', weightsOf(averaged, state, 'ema')],
    ['updates', countFrom('exportTraining', state, 'ema/updates')],
    ...(ema === undefined
      ? []
      : ([
          ['decay', new Float(ema.decay)],
          ['warm_up', ema.warmUp],
        ] as const)),
  ]);
}

/** Lists the parts of a state that the file does not have. */
function leftBehind({ values, arrays }: SavedState, layout: SystemLayout): string[] {
  const taken = [
    ...['system/', 'steps/', 'optimizer/'],
    ...layout.networks.map(({ name }) => `${name}/weights/`),
    ...(layout.averaged === undefined ? [] : ['ema/']),
  ];
  const parts = [...Object.keys(values), ...Object.keys(arrays)]
    .filter((key) => !taken.some((prefix) => key.startsWith(prefix)))
    .map((key) => key.slice(0, key.lastIndexOf('/')));
  return [...new Set(parts)].sort();
}
