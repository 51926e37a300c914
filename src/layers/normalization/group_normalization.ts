import type { serialization } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import { boolean, integer } from '../../internal/option_kinds.js';
import { readLayerOptions } from '../layer_options.js';
import { register } from '../serialization/register_class.js';
import { EPSILON, SampleNormalization } from './sample_normalization.js';
import type { SampleNormalizationOptions } from './sample_normalization.js';

/** Options of {@link groupNormalization}. */
export interface GroupNormalizationOptions extends SampleNormalizationOptions {
  /** The number of groups of channels, 1 or more; it must divide the number of channels. */
  groups: number;
  /** Whether each channel has a scale γ and an offset β; default true, as in PyTorch. */
  affine?: boolean;
}

/**
 * Group normalization: normalization of each group of channels in each sample by its own mean and
 * biased variance, in training and at inference.
 *
 * `y = γ (x − μ)/√(σ² + ε) + β`, μ and σ² over all places of the C/groups neighboring channels of a
 * group, in one sample. One group is layer normalization; as many groups as channels is instance
 * normalization. Unlike in batch normalization, no sample's output depends on another sample, so that
 * a gradient penalty may pass through it.
 *
 * Input and output: float32 `[batch, …, channels]` of rank 2 or more, of rank 3 or more if there are as
 * many groups as channels; two or more values in a group. Weights, unless `affine` is false: `gamma` and
 * `beta`, each `[channels]`.
 *
 * **Differentiable:** first and second order, in the input, γ and β, on every backend.
 *
 * @see Wu and He 2018, arXiv 1803.08494, equations 1 to 3 and 7
 */
export class GroupNormalization extends SampleNormalization {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitGroupNormalization';
  readonly groups: number;

  constructor(options: GroupNormalizationOptions) {
    const where = 'groupNormalization';
    const read = readLayerOptions(where, options, {
      groups: integer({ min: 1 }),
      affine: boolean({ default: true }),
      epsilon: EPSILON,
    });
    super(where, options, read);
    this.groups = read.groups;
    register(GroupNormalization);
  }

  protected override groupsOf(channels: number): number {
    if (channels % this.groups !== 0)
      fail(
        'value',
        'groupNormalization',
        'groups',
        `a divisor of the ${channels} channels`,
        this.groups,
      );
    return this.groups;
  }

  /** Returns the options that a saved model contains. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), groups: this.groups };
  }
}

/**
 * Makes a {@link GroupNormalization} layer.
 *
 * @param options `groups`, `affine` (default true), `epsilon` > 0 (default 1e-5).
 * @returns The layer.
 * @throws GanKitError if an option is out of range, or at the first call, if `groups` does not divide
 *   the number of channels.
 *
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { groupNormalization } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const y = groupNormalization({ groups: 1 }).apply(tensor3d([1, 3, 3, 1], [1, 2, 2])) as Tensor;
 * console.log(await y.data()); // → Float32Array(4) [ -1.000, 1.000, 1.000, -1.000 ]
 * ```
 *
 * @see Wu and He 2018, arXiv 1803.08494
 */
export function groupNormalization(options: GroupNormalizationOptions): GroupNormalization {
  return new GroupNormalization(options);
}
