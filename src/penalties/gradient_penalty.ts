import { tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { inputGradient } from '../gradients/input_gradient.js';
import { withCleanTape } from '../gradients/tape.js';
import { fail } from '../internal/check.js';
import type { Savepoint } from '../internal/savepoint.js';
import { integer, number, oneOf, seed } from '../internal/option_kinds.js';
import { RandomStream } from '../internal/random.js';
import { readOptions } from '../internal/read_options.js';
import type { SchemaRead } from '../internal/read_options.js';
import type { Critic, Penalty, SavedState, Stateful } from '../types.js';
import { normPenalty } from './norm_penalty.js';
import type { NormRule } from './norm_penalty.js';
import { SAMPLING_POINTS, samplingPoints } from './sampling_points.js';
import type { PenaltyBatch, SamplingPoint, Sampling } from './sampling_points.js';

/** Options of {@link GradientPenalty}; the defaults are those of WGAN-GP. */
export interface GradientPenaltyOptions {
  /** λ, 0 or more; default 10. */
  weight?: number;
  /** k, the norm that costs nothing, 0 or more; default 1. */
  target?: number;
  /** `'two'`, the default: norms below the target cost too; `'one'`: only those above. */
  sided?: 'two' | 'one';
  /** Points where the gradient is taken; default `'interpolates'`, between real and generated samples. */
  at?: SamplingPoint;
  /** For a critic with several outputs per sample: the gradient of their sum (default) or their mean. */
  outputs?: 'sum' | 'mean';
  /** ε under the root, 0 or more; default 1e-12, which changes no norm above 1e-5. */
  epsilon?: number;
  /** Reach of perturbed points, in standard deviations of the batch, above 0; default 0.5. */
  scale?: number;
  /** Interval in discriminator steps, at which the penalty is `every` times as strong; default 1. */
  every?: number;
  /** Seed of α and the perturbation; any integer from 0 on; default 0. */
  seed?: number;
}

/** The schema of the options of {@link GradientPenalty}. */
export const GRADIENT_PENALTY: SchemaRead<GradientPenaltyOptions> = {
  weight: number({ min: 0, default: 10 }),
  target: number({ min: 0, default: 1 }),
  sided: oneOf(['two', 'one'], { default: 'two' }),
  at: oneOf(SAMPLING_POINTS, { default: 'interpolates' }),
  outputs: oneOf(['sum', 'mean'], { default: 'sum' }),
  epsilon: number({ min: 0, default: 1e-12 }),
  scale: number({ above: 0, default: 0.5 }),
  every: integer({ min: 1, default: 1 }),
  seed: seed(),
};

/**
 * A penalty on the norm of the critic's gradient in its input.
 *
 * ```
 * two-sided   E (√(‖∇D(x̂)‖² + ε) − k)²
 * one-sided   E max(0, √(‖∇D(x̂)‖² + ε) − k)²
 * k = 0       E ‖∇D(x̂)‖²
 * ```
 *
 * The norm is that of each sample separately, over all its other axes. x̂ depends on `at`:
 *
 * - `'interpolates'`: x + α(x̃ − x), with α ~ U(0, 1) for each sample (WGAN-GP)
 * - `'real'`, `'fake'`: the samples themselves
 * - `'perturbed'`: x + α · scale · σ · u, σ the standard deviation of the whole batch, u ~ U[0, 1) for
 *   each number, α ~ U(0, 1) for each sample (DRAGAN, as in its authors' code)
 *
 * x, x̃ and x̂ are constants: a penalty trains only the critic. ∇D is the gradient of the sum of a
 * sample's outputs, as in all published code, if a critic has several, as a PatchGAN has; with
 * `outputs: 'mean'` it does not grow with the number of patches.
 *
 * α and u come from a separate stream, which a checkpoint holds: a resumed run draws the same values as
 * an uninterrupted one.
 *
 * **Differentiable:** in the critic's weights, to first order; it calls
 * {@link enableSecondOrderGradients}. ε lies under the root because the slope of ‖·‖ at 0 is NaN.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-layers';
 * import { matMul, mul, tensor2d, variable, variableGrads } from '@tensorflow/tfjs-core';
 * import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { GradientPenalty } from 'gan-kit/penalties';
 *
 * await loadBackend();
 * const w = variable(tensor2d([[3], [4]]));
 * const critic = (x: Tensor) => matMul(x, w);
 * const batch = { real: tensor2d([[1, 0]]), fake: tensor2d([[0, 1]]) };
 *
 * const penalty = new GradientPenalty({ weight: 10 });
 * const { value, grads } = variableGrads(
 *   () => mul<Scalar>(penalty.compute(critic, batch), penalty.weight),
 * );
 * console.log(await value.data()); // → Float32Array(1) [ 160 ]
 * console.log(await grads[w.name]!.data()); // → Float32Array(2) [ 48, 64 ]
 * ```
 *
 * @see Gulrajani et al. 2017, arXiv 1704.00028, equation 3; one-sided: section 4, and Petzka et al.
 *   2017, arXiv 1709.08894
 */
export class GradientPenalty implements Penalty, Stateful {
  /** λ, by which a trainer multiplies the result of {@link GradientPenalty.compute}. */
  readonly weight: number;
  /** Interval of the penalty, in discriminator steps. */
  readonly every: number;
  /** The points where the penalty takes the gradient. */
  readonly at: SamplingPoint;
  private readonly sampling: Sampling;
  private readonly outputs: 'sum' | 'mean';
  private readonly rule: NormRule;
  private readonly random: RandomStream;

  constructor(options: GradientPenaltyOptions = {}) {
    const where = 'GradientPenalty';
    const { weight, every, seed, at, scale, outputs, target, sided, epsilon } = readOptions(
      where,
      options,
      GRADIENT_PENALTY,
    );
    this.weight = weight;
    this.every = every;
    this.at = at;
    this.sampling = { at, scale };
    this.outputs = outputs;
    this.rule = { target, sided, epsilon };
    this.random = new RandomStream(seed, where).fork('gradient penalty');
  }

  /**
   * Computes the penalty, unweighted.
   *
   * @param critic A function from a batch to logits of any shape `[batch, …]`; called once.
   * @param batch `real` and, if needed, `fake` of the same shape; `alpha` and `noise` in place of draws.
   *   The caller keeps all of them.
   * @returns A scalar; the caller owns it.
   * @throws GanKitError if the batch or the critic does not fit.
   */
  compute<Samples extends Tensor>(critic: Critic<Samples>, batch: PenaltyBatch<Samples>): Scalar {
    const where = 'GradientPenalty.compute';
    if (typeof critic !== 'function') fail('type', where, 'critic', 'a function', critic);
    const before = this.random.savepoint();
    try {
      return withCleanTape(() =>
        tidy(() => {
          const points = samplingPoints(where, this.sampling, batch, this.random) as Samples;
          return normPenalty(inputGradient(critic, points, { outputs: this.outputs }), this.rule);
        }),
      );
    } catch (error) {
      before.rollback(); // the next call draws the points of this one
      throw error;
    }
  }

  /** @internal */
  savepoint(): Savepoint {
    return this.random.savepoint();
  }

  /** @internal */
  heldTensors(): readonly Tensor[] {
    return [];
  }

  async state(): Promise<SavedState> {
    return this.random.state();
  }

  async restore(state: SavedState): Promise<void> {
    await this.random.restore(state);
  }
}
