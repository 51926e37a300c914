import { dispose, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkBoolean, checkOneOf, checkOptions, fail } from '../../internal/check.js';
import { checkModel } from '../../layers/spectral_norms.js';
import type { StateArray } from '../../types.js';
import { ARCHITECTURES, ARCHITECTURE_NAMES } from './architectures/by_name.js';
import type { ArchitectureName } from './architectures/by_name.js';
import { rememberBatchesTracked } from './batches_tracked.js';
import { compare, explain } from './compare_state_dict.js';
import { permuted } from './permuted.js';
import type { Architecture } from './torch_module.js';
import { planWeights } from './weight_plan.js';
import type { PlannedWeight } from './weight_plan.js';

/** Options of {@link loadStateDict}. */
export interface LoadStateDictOptions {
  /** A model of `resnetGenerator`, `unetGenerator`, `patchDiscriminator` or `pixelDiscriminator`. */
  readonly model: LayersModel;
  /** Arrays by PyTorch's names: of {@link readPth}, or `tensors` of {@link decodeSafetensors}. */
  readonly stateDict: Readonly<Record<string, StateArray>>;
  /** Which network it is: `'resnet'`, `'unet'`, `'patch'` or `'pixel'`. */
  readonly architecture: ArchitectureName;
  /** Whether missing and unexpected entries are an error, as they are by default. */
  readonly strict?: boolean;
}

/** What {@link loadStateDict} found beside the entries that fit. */
export interface StateDictDifference {
  /** Entries that the model needs and the state_dict has not, by PyTorch's names. */
  readonly missing: readonly string[];
  /** Entries that the model has no place for, by their names in the state_dict. */
  readonly unexpected: readonly string[];
}

/**
 * Brings the state_dict of a network of pytorch-CycleGAN-and-pix2pix into the same model here.
 *
 * Every name and shape is checked before any weight is changed. A `module.` before the names is
 * taken off; running statistics of instance norms, which old files have, are passed over; dropout in
 * a ResNet generator's blocks, which moves the numbers of later modules, may be in the file, the
 * model, both or neither; `num_batches_tracked` may be there or not; spectrally normalized weights
 * may be named in PyTorch's older or newer way, and bring u and v.
 *
 * A loaded model computes as in evaluation mode, which is what CycleGAN's generators need. The
 * published results of pix2pix are made otherwise: with the statistics of the batch, and dropout as
 * the noise; `model.apply(x, { training: true })` inside `withFrozenStatistics` does so.
 *
 * @param options `model`, `stateDict`, `architecture`; `strict` (default true).
 * @returns `missing` and `unexpected`, empty unless `strict` is false.
 * @throws GanKitError that lists every missing and unexpected entry and every other shape; shapes
 *   also with `strict: false`. The model is then as before.
 *
 * **Differentiable:** no; it assigns the weights.
 *
 * @example
 * ```ts
 * import { loadStateDict, stateDict } from 'gan-kit/io';
 * import { pixelDiscriminator } from 'gan-kit/models';
 *
 * const [from, to] = [1, 2].map((seed) => pixelDiscriminator({ inputShape: [8, 8, 3], filters: 4, seed }));
 * const weights = await stateDict({ model: from!, architecture: 'pixel' });
 * console.log(loadStateDict({ model: to!, stateDict: weights, architecture: 'pixel' }).missing); // → []
 * ```
 */
export function loadStateDict(options: LoadStateDictOptions): StateDictDifference {
  const where = 'loadStateDict';
  checkOptions(where, options, ['model', 'stateDict', 'architecture', 'strict']);
  const { model, stateDict, architecture, strict = true } = options ?? ({} as LoadStateDictOptions);
  checkModel(where, model);
  checkOneOf(where, 'architecture', architecture, ARCHITECTURE_NAMES);
  checkBoolean(where, 'strict', strict);
  return loadWeights(where, model, ARCHITECTURES[architecture], stateDict, strict);
}

/** The work of {@link loadStateDict}, for any architecture. */
export function loadWeights(
  where: string,
  model: LayersModel,
  architecture: Architecture,
  stateDict: LoadStateDictOptions['stateDict'],
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
function entriesOf(
  where: string,
  stateDict: LoadStateDictOptions['stateDict'],
): Map<string, StateArray> {
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
