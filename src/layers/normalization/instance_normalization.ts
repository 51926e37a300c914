import { boolean } from '../../internal/option_kinds.js';
import { readLayerOptions } from '../layer_options.js';
import { register } from '../serialization/register_class.js';
import { EPSILON, SampleNormalization } from './sample_normalization.js';
import type { SampleNormalizationOptions } from './sample_normalization.js';

/** Options of {@link instanceNormalization}. */
export interface InstanceNormalizationOptions extends SampleNormalizationOptions {
  /** Whether each channel has a scale γ and an offset β; default false, as in PyTorch. */
  affine?: boolean;
}

/**
 * Instance normalization: normalization of each channel of each sample by its own mean and biased
 * variance, in training and at inference.
 *
 * `y = γ (x − μ)/√(σ² + ε) + β`, μ and σ² over all places of one channel of one sample. Without
 * `affine` γ is 1 and β is 0, as in CycleGAN. There are no running statistics.
 *
 * Input and output: float32 `[batch, …, channels]` of rank 3 or more, with two or more values per channel.
 * Weights, if `affine`: `gamma` and `beta`, each `[channels]`.
 *
 * **Differentiable:** first and second order, in the input, γ and β, on every backend.
 *
 * @see Ulyanov et al. 2016, arXiv 1607.08022, equation 2
 */
export class InstanceNormalization extends SampleNormalization {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitInstanceNormalization';

  constructor(options: InstanceNormalizationOptions = {}) {
    const where = 'instanceNormalization';
    const read = readLayerOptions(where, options, {
      affine: boolean({ default: false }),
      epsilon: EPSILON,
    });
    super(where, options, read);
    register(InstanceNormalization);
  }

  protected override groupsOf(channels: number): number {
    return channels;
  }
}

/**
 * Makes an {@link InstanceNormalization} layer.
 *
 * @param options `affine` (default false), `epsilon` > 0 (default 1e-5).
 * @returns The layer.
 * @throws GanKitError if an option is out of range.
 *
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { instanceNormalization } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const y = instanceNormalization().apply(tensor3d([1, 10, 3, 30], [1, 2, 2])) as Tensor;
 * console.log(await y.data()); // → Float32Array(4) [ -1.000, -1.000, 1.000, 1.000 ]
 * ```
 *
 * @see Ulyanov et al. 2016, arXiv 1607.08022
 */
export function instanceNormalization(
  options: InstanceNormalizationOptions = {},
): InstanceNormalization {
  return new InstanceNormalization(options);
}
