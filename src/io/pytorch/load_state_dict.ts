import type { LayersModel } from '@tensorflow/tfjs-layers';
import { boolean, custom, given, oneOf, string } from '../../internal/option_kinds.js';
import { optional, readOptions } from '../../internal/read_options.js';
import { checkModel } from '../../layers/spectral/spectral_norms.js';
import type { StateArray } from '../../types.js';
import { ARCHITECTURES, ARCHITECTURE_NAMES } from './architectures/by_name.js';
import type { ArchitectureName } from './architectures/by_name.js';
import { loadWeights } from './load_weights.js';
import type { StateDictDifference } from './load_weights.js';

/** Options of {@link loadStateDict}. */
export interface LoadStateDictOptions {
  /**
   * A model of `resnetGenerator`, `unetGenerator`, `patchDiscriminator`, `pixelDiscriminator`,
   * `inceptionV3`, `dcganGenerator`, `dcganDiscriminator`, `residualGenerator`, `residualDiscriminator`,
   * `progressiveGenerator` or `progressiveDiscriminator`.
   */
  readonly model: LayersModel;
  /** Arrays by PyTorch's names: the result of {@link readPth}, or `tensors` of {@link decodeSafetensors}. */
  readonly stateDict: Readonly<Record<string, StateArray>>;
  /**
   * The kind of network: `'resnet'`, `'unet'`, `'patch'`, `'pixel'`, `'inception'`, `'dcgan'`, `'residual'` for
   * mimicry's residual networks, or `'progressive'` for the Progressive GAN of pytorch_GAN_zoo.
   */
  readonly architecture: ArchitectureName;
  /** Whether missing and unexpected entries are an error; default true. */
  readonly strict?: boolean;
  /**
   * The beginning of the names in a file of several networks, for example `'netG.'`; other entries are ignored.
   * Default: none, or the only prefix after which the names fit the model.
   */
  readonly prefix?: string;
  /**
   * The treatment of running statistics of instance norms. PyTorch uses them in evaluation mode since 0.4.1, and
   * instance norms here have none. `'refuse'` (default) throws an error; `'ignore'` computes with the statistics
   * of each image, as PyTorch does in training mode.
   */
  readonly instanceStatistics?: 'refuse' | 'ignore';
}

/**
 * Loads the state_dict of a PyTorch network into the same model here: a network of pytorch-CycleGAN-and-pix2pix,
 * the Inception-v3 of pytorch-fid and torch-fidelity, the DCGAN of pytorch/examples, a residual network of mimicry,
 * or the Progressive GAN of pytorch_GAN_zoo.
 *
 * Every name and shape is checked before any weight is changed. A file may differ from the model in these ways:
 * - `module.` and `_orig_mod.`, which wrappers put before the names, are removed, as is the prefix of the only
 *   network in the file that fits the model;
 * - running statistics of instance norms from before PyTorch 0.4, which were never used, are ignored;
 * - dropout in the blocks of a ResNet generator, which changes the numbers of later modules, may be in the file,
 *   the model, both or neither;
 * - `num_batches_tracked` may be present or not, with any dtype;
 * - spectrally normalized weights may have PyTorch's older or newer names, with u and v, or with u only before
 *   PyTorch 1.1;
 * - biases that a DCGAN has here and not in the file are set to zero;
 * - a growing network may lack the `module` in its names, as in older files of pytorch_GAN_zoo. Its fade, which no
 *   file has, stays as it is.
 *
 * A loaded model computes as in evaluation mode, which is right for CycleGAN's generators. The published results
 * of pix2pix are made in another way: with the statistics of the batch, and dropout as the noise;
 * `model.apply(x, { training: true })` inside `withFrozenStatistics` does so.
 *
 * @param options `model`, `stateDict`, `architecture`; `strict` (default true), `prefix`,
 *   `instanceStatistics`.
 * @returns The names of `missing` and `unexpected` entries; both lists are empty unless `strict` is false.
 * @throws GanKitError if entries are missing or unexpected (unless `strict` is false) or have another shape or
 *   dtype, with a list of all of them; if several networks of the file fit the model, with their prefixes; if
 *   there are running statistics of instance norms, unless they are ignored; or if an option is invalid. The
 *   model is then unchanged.
 *
 * **Differentiable:** no; it assigns the weights.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { loadStateDict, stateDict } from 'gan-kit/io';
 * import { pixelDiscriminator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const [from, to] = [1, 2].map((seed) => pixelDiscriminator({ inputShape: [8, 8, 3], filters: 4, seed }));
 * const weights = await stateDict({ model: from!, architecture: 'pixel' });
 * console.log(loadStateDict({ model: to!, stateDict: weights, architecture: 'pixel' }).missing); // → []
 * ```
 */
export function loadStateDict(options: LoadStateDictOptions): StateDictDifference {
  const where = 'loadStateDict';
  const read = readOptions(where, options, {
    model: custom<LayersModel>((_, _parameter, value) => checkModel(where, value)),
    stateDict: given<LoadStateDictOptions['stateDict']>(),
    architecture: oneOf(ARCHITECTURE_NAMES),
    strict: boolean({ default: true }),
    prefix: optional(string()),
    instanceStatistics: oneOf(['refuse', 'ignore'], { default: 'refuse' }),
  });
  const { strict, prefix } = read;
  return loadWeights(where, read.model, ARCHITECTURES[read.architecture], read.stateDict, {
    ...{ strict, prefix },
    ignoreStatistics: read.instanceStatistics === 'ignore',
  });
}
