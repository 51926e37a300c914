import type { LayersModel } from '@tensorflow/tfjs-layers';
import { custom, oneOf } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { arraysOf } from '../../internal/state.js';
import { checkModel } from '../../layers/spectral/spectral_norms.js';
import type { LayerVariable } from '../../layers/weights/named_weights.js';
import type { StateArray } from '../../types.js';
import { ARCHITECTURES, ARCHITECTURE_NAMES } from './architectures/by_name.js';
import type { ArchitectureName } from './architectures/by_name.js';
import { countsOf, theirsOf } from './layouts.js';
import { planWeights } from './weight_plan.js';
import type { SpectralKeys } from './weight_rules.js';

/** Options of {@link stateDict}. */
export interface StateDictOptions {
  /**
   * A model of `resnetGenerator`, `unetGenerator`, `patchDiscriminator`, `pixelDiscriminator`,
   * `inceptionV3`, `dcganGenerator`, `dcganDiscriminator`, `residualGenerator`, `residualDiscriminator`,
   * `progressiveGenerator` or `progressiveDiscriminator`.
   */
  readonly model: LayersModel;
  /**
   * The kind of network: `'resnet'`, `'unet'`, `'patch'`, `'pixel'`, `'inception'`, `'dcgan'`, `'residual'` for
   * mimicry's residual networks, or `'progressive'` for the Progressive GAN of pytorch_GAN_zoo.
   */
  readonly architecture: ArchitectureName;
  /**
   * The names of spectrally normalized weights: `'hook'` (default), those of `torch.nn.utils.spectral_norm`, or
   * `'parametrization'`, those of `torch.nn.utils.parametrizations.spectral_norm`.
   */
  readonly spectralKeys?: SpectralKeys;
}

/**
 * Returns the weights of a model as the state_dict of the same network in its reference code:
 * pytorch-CycleGAN-and-pix2pix, torch-fidelity for `inceptionV3`, pytorch/examples for DCGAN, mimicry for residual
 * networks, or pytorch_GAN_zoo for growing ones. It has PyTorch's names and PyTorch's kernels: (out, in, kH, kW), and
 * (in, out, kH, kW) for transposed convolutions.
 *
 * If a ResNet generator has dropout in its blocks, its later modules have other numbers, as in PyTorch. Batch
 * norms have a `num_batches_tracked`: the loaded count, or 0. DCGAN's biases, which the reference does not have
 * (`outerBias: false`), are omitted while they are zero. {@link encodeSafetensors} writes the result as a file
 * that `safetensors.torch.load_file` reads.
 *
 * @param options `model` and `architecture`; `spectralKeys`.
 * @returns Copies of the weights by name, with every bit as in the model.
 * @throws GanKitError if the model is not one of that architecture.
 *
 * **Differentiable:** no; it reads the weights back, without blocking.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { stateDict } from 'gan-kit/io';
 * import { pixelDiscriminator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const model = pixelDiscriminator({ inputShape: [8, 8, 3], filters: 4 });
 * const weights = await stateDict({ model, architecture: 'pixel' });
 * console.log(weights['net.0.weight']?.shape); // → [ 4, 3, 1, 1 ]
 * ```
 */
export async function stateDict(options: StateDictOptions): Promise<Record<string, StateArray>> {
  const where = 'stateDict';
  const { model, architecture, spectralKeys } = readOptions(where, options, {
    model: custom<LayersModel>((_, _parameter, value) => checkModel(where, value)),
    architecture: oneOf(ARCHITECTURE_NAMES),
    spectralKeys: oneOf(['hook', 'parametrization'], { default: 'hook' }),
  });
  const [plan] = planWeights(where, model, ARCHITECTURES[architecture], [spectralKeys]);

  const { weights } = plan!;
  const counts = countsOf(plan!);
  const ours = await arraysOf(
    Object.fromEntries(weights.map(({ variable }, i) => [i, variable.read()])),
  );
  const places = new Map(weights.map(({ variable }, i) => [variable, i]));
  const valuesOf = (variable: LayerVariable) => ours[places.get(variable)!]!.data as Float32Array;
  return Object.fromEntries(theirsOf(plan!, valuesOf, counts));
}
