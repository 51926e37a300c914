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
   * `inceptionV3`, `dcganGenerator` or `dcganDiscriminator`.
   */
  readonly model: LayersModel;
  /** Arrays by PyTorch's names: of {@link readPth}, or `tensors` of {@link decodeSafetensors}. */
  readonly stateDict: Readonly<Record<string, StateArray>>;
  /** Which network it is: `'resnet'`, `'unet'`, `'patch'`, `'pixel'`, `'inception'` or `'dcgan'`. */
  readonly architecture: ArchitectureName;
  /** Whether missing and unexpected entries are an error, as they are by default. */
  readonly strict?: boolean;
  /**
   * What the names begin with in a file of several networks: `'netG.'`. Entries without it are not
   * looked at. Default: nothing, or the one prefix behind which there is such a network.
   */
  readonly prefix?: string;
  /**
   * What to do with running statistics of instance norms, which PyTorch uses in evaluation mode since
   * 0.4.1 and which there are none of here: `'refuse'` (default), or `'ignore'`, to compute with those
   * of each image, as PyTorch does in training mode.
   */
  readonly instanceStatistics?: 'refuse' | 'ignore';
}

/**
 * Brings the state_dict of a network of pytorch-CycleGAN-and-pix2pix, of the Inception-v3 of
 * pytorch-fid and torch-fidelity, or of the DCGAN of pytorch/examples, into the same model here.
 *
 * Every name and shape is checked before any weight is changed. `module.` and `_orig_mod.`, which
 * wrappers put before the names, are taken off, as is the prefix of the one network in the file that
 * is like the model; running statistics of instance norms from before PyTorch 0.4, which were never
 * used, are passed over; dropout in a ResNet generator's blocks, which moves the numbers of later
 * modules, may be in the file, the model, both or neither; `num_batches_tracked` may be there or not,
 * and of any dtype; spectrally normalized weights may be named in PyTorch's older or newer way, and
 * bring u and v, or before PyTorch 1.1 u alone; biases that a DCGAN here has and the file has not are
 * set to zero.
 *
 * A loaded model computes as in evaluation mode, which is what CycleGAN's generators need. The
 * published results of pix2pix are made otherwise: with the statistics of the batch, and dropout as
 * the noise; `model.apply(x, { training: true })` inside `withFrozenStatistics` does so.
 *
 * @param options `model`, `stateDict`, `architecture`; `strict` (default true), `prefix`,
 *   `instanceStatistics`.
 * @returns `missing` and `unexpected`, empty unless `strict` is false.
 * @throws GanKitError that lists every missing and unexpected entry and every other shape; shapes
 *   also with `strict: false`; that names the prefixes of several such networks; or statistics that
 *   are not said what to do with. The model is then as before.
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
