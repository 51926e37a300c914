import { add, div, mul, relu, square, sub } from '@tensorflow/tfjs-core';
import type { Scalar, serialization } from '@tensorflow/tfjs-core';
import { hostNumber } from '../../internal/host_input.js';
import { boolean, number } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { register } from '../../layers/serialization/register_class.js';
import { squareRoot } from '../../ops/square_root.js';
import { GRADIENT_OPTIONS } from './gradient_options.js';
import type { GradientOptions } from './gradient_options.js';
import { SlotOptimizer } from './slot_optimizer.js';
import type { UpdateRule } from './update_rule.js';

/** Options of {@link rmsprop}. */
export interface RMSPropOptions extends GradientOptions {
  /** Step size α, 0 or more; default 5e-5, that of Wasserstein GAN. */
  learningRate?: number;
  /** ρ, decay of the mean of squared gradients, in [0, 1); default 0.99 (torch's `alpha`). */
  decay?: number;
  /** ε, added to the root, 0 or more; default 1e-8. */
  epsilon?: number;
  /** μ of the heavy ball, in [0, 1]; default 0. */
  momentum?: number;
  /** Whether the squared mean is subtracted from the mean square; default false. */
  centered?: boolean;
}

type RMSPropSlot = 'square' | 'mean' | 'velocity';

/**
 * RMSProp with torch.optim's conventions: ε outside the root, the learning rate outside the
 * momentum, no bias correction.
 *
 * v ← ρv + g², d = g / (√v + ε/s), θ ← θ − (α/s) · d, with s² = 1 − ρ.
 *
 * As in {@link Adam}, means are stored divided by 1 − ρ. With `centered`, a ← ρa + g and v − s²a² replaces v in d,
 * clamped to 0: rounding makes it negative for constant gradients (torch returns NaN). With `momentum`, b ← μb + d
 * replaces d.
 *
 * @see Tieleman and Hinton 2012, lecture 6.5 of Neural Networks for Machine Learning; Graves 2013, arXiv 1308.0850, equations 38 to 41 for `centered`
 */
export class RMSProp extends SlotOptimizer<RMSPropSlot> {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitRMSProp';
  readonly decay: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly centered: boolean;

  constructor(options: RMSPropOptions = {}) {
    const read = readOptions('rmsprop', options, {
      learningRate: number({ min: 0, default: 5e-5 }),
      decay: number({ min: 0, below: 1, default: 0.99 }),
      epsilon: number({ min: 0, default: 1e-8 }),
      momentum: number({ min: 0, max: 1, default: 0 }),
      centered: boolean({ default: false }),
      ...GRADIENT_OPTIONS,
    });
    const { momentum, centered } = read;
    const slots: RMSPropSlot[] = ['square'];
    if (centered) slots.push('mean');
    if (momentum > 0) slots.push('velocity');
    super(read.learningRate, slots, read);
    this.decay = read.decay;
    this.epsilon = read.epsilon;
    this.momentum = momentum;
    this.centered = centered;
    register(RMSProp);
  }

  protected override updateRule(): UpdateRule<RMSPropSlot> {
    return this.ruleBy(() => hostNumber(() => this.rate()));
  }

  /** @internal */
  protected override fusedRule(): UpdateRule<RMSPropSlot> {
    const rate = hostNumber(() => this.rate());
    return this.ruleBy(() => rate);
  }

  /** Computes α/s in float64. */
  private rate(): number {
    return this.learningRate / Math.sqrt(1 - this.decay);
  }

  private ruleBy(rate: () => Scalar): UpdateRule<RMSPropSlot> {
    const { decay, epsilon, momentum, centered } = this;
    const scale = Math.sqrt(1 - decay);
    return ({ value, slots }, g) => {
      const meanSquare = add(mul(slots.square, decay), square(g));
      const mean = centered ? add(mul(slots.mean, decay), g) : slots.mean;
      const variance = centered
        ? relu(sub(meanSquare, mul(square(mean), scale * scale)))
        : meanSquare;
      const direction = div(g, add(squareRoot(variance), epsilon / scale));
      const velocity = momentum > 0 ? add(mul(slots.velocity, momentum), direction) : direction;
      return {
        value: sub(value, mul(velocity, rate())),
        slots: { square: meanSquare, mean, velocity },
      };
    };
  }

  override getConfig(): serialization.ConfigDict {
    const { learningRate, decay, epsilon, momentum, centered } = this;
    return { learningRate, decay, epsilon, momentum, centered, ...this.gradientConfig() };
  }
}

/**
 * Makes an {@link RMSProp} optimizer with the learning rate of Wasserstein GAN.
 *
 * @param options See {@link RMSPropOptions}.
 * @returns The optimizer; `dispose()` frees its slots.
 * @throws GanKitError if an option is out of range.
 *
 * @example
 * ```ts
 * import { rmsprop } from 'gan-kit/training';
 *
 * const optimizer = rmsprop({ learningRate: 5e-5 });
 * ```
 *
 * @see Arjovsky et al. 2017, arXiv 1701.07875, algorithm 1 for its use
 */
export function rmsprop(options: RMSPropOptions = {}): RMSProp {
  return new RMSProp(options);
}
