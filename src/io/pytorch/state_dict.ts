import type { LayersModel } from '@tensorflow/tfjs-layers';
import { custom, oneOf } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { arraysOf } from '../../internal/state.js';
import { checkModel } from '../../layers/spectral/spectral_norms.js';
import type { StateArray } from '../../types.js';
import { ARCHITECTURES, ARCHITECTURE_NAMES } from './architectures/by_name.js';
import type { ArchitectureName } from './architectures/by_name.js';
import { batchesTracked } from './batches_tracked.js';
import type { PlannedWeight } from './layer_plan.js';
import { inverse, permuted } from './permuted.js';
import { planWeights } from './weight_plan.js';
import type { SpectralKeys } from './weight_rules.js';

/** Options of {@link stateDict}. */
export interface StateDictOptions {
  /**
   * A model of `resnetGenerator`, `unetGenerator`, `patchDiscriminator`, `pixelDiscriminator`,
   * `inceptionV3`, `dcganGenerator` or `dcganDiscriminator`.
   */
  readonly model: LayersModel;
  /** Which of these it is: `'resnet'`, `'unet'`, `'patch'`, `'pixel'`, `'inception'` or `'dcgan'`. */
  readonly architecture: ArchitectureName;
  /**
   * How spectrally normalized weights are named: `'hook'` (default), as by
   * `torch.nn.utils.spectral_norm`, or `'parametrization'`, as by
   * `torch.nn.utils.parametrizations.spectral_norm`.
   */
  readonly spectralKeys?: SpectralKeys;
}

/**
 * The weights of a model as the state_dict of the same network in pytorch-CycleGAN-and-pix2pix, for
 * `inceptionV3` in torch-fidelity, for DCGAN in pytorch/examples: PyTorch's names, and kernels (out, in, kH, kW), of transposed convolutions (in, out, kH, kW).
 *
 * With dropout in its blocks a ResNet generator's later modules have other numbers, as there. Batch
 * norms get their `num_batches_tracked`: what was loaded, else 0. DCGAN's biases, which the reference
 * has not (`outerBias: false`), are left out while they are zero. {@link encodeSafetensors} makes a
 * file of it that `safetensors.torch.load_file` reads.
 *
 * @param options `model` and `architecture`; `spectralKeys`.
 * @returns the arrays by name, copies, every bit as it is in the model.
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

  const { weights, counters } = plan!;
  const counts = [...counters].map(
    ([key, layer]) => [key, Int32Array.of(batchesTracked(layer))] as const,
  );
  const ours = await arraysOf(
    Object.fromEntries(weights.map(({ key, variable }) => [key, variable.read()])),
  );

  const arrays = new Map<string, StateArray>();
  for (const weight of weights) {
    const array = theirs(weight, ours[weight.key]!.data as Float32Array);
    if (weight.absentIfZero === true && array.data.every((value) => value === 0)) continue;
    arrays.set(weight.key, array);
  }
  for (const [key, data] of counts) arrays.set(key, { shape: [], data, dtype: 'I64' });
  return Object.fromEntries(arrays);
}

/** A weight in PyTorch's layout. */
function theirs({ shape, unrolled, axes }: PlannedWeight, data: Float32Array): StateArray {
  const own = axes.map((axis) => unrolled[axis]!);
  return { shape: [...shape], data: permuted(data, own, inverse(axes)) };
}
