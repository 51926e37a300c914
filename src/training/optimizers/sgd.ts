import { add, mul, sub } from '@tensorflow/tfjs-core';
import type { Scalar, serialization } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import { hostDecision, hostNumber } from '../../internal/host_input.js';
import { boolean, number } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { register } from '../../layers/serialization/register_class.js';
import { GRADIENT_OPTIONS } from './gradient_options.js';
import type { GradientOptions } from './gradient_options.js';
import { SlotOptimizer } from './slot_optimizer.js';
import { liveStep, withWeightDecay } from './update_rule.js';
import type { UpdateRule } from './update_rule.js';

/** Options of {@link sgd}. */
export interface SGDOptions extends GradientOptions {
  /** Step size α, 0 or more. */
  learningRate: number;
  /** μ of the heavy ball, in [0, 1]; default 0. */
  momentum?: number;
  /** The share of a gradient that the momentum leaves out, τ, in [0, 1]; default 0. */
  dampening?: number;
  /** Whether the step looks ahead along the momentum; needs momentum and no dampening; default false. */
  nesterov?: boolean;
  /** λ of the L2 term λθ added to the gradient, 0 or more; default 0. */
  weightDecay?: number;
}

/**
 * Stochastic gradient descent with torch.optim's conventions. With g ← g + λθ:
 *
 * b ← μb + (1 − τ)g (b = g at the first step, undamped), θ ← θ − α · d,
 * where d = g without momentum, b with it, and g + μb with `nesterov`.
 *
 * @see Sutskever et al. 2013, On the importance of initialization and momentum in deep learning, equations 1 to 4
 */
export class SGD extends SlotOptimizer<'velocity'> {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitSGD';
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;

  constructor(options: SGDOptions) {
    const where = 'sgd';
    const read = readOptions(where, options, {
      learningRate: number({ min: 0 }),
      momentum: number({ min: 0, max: 1, default: 0 }),
      dampening: number({ min: 0, max: 1, default: 0 }),
      nesterov: boolean({ default: false }),
      weightDecay: number({ min: 0, default: 0 }),
      ...GRADIENT_OPTIONS,
    });
    const { momentum, dampening, nesterov } = read;
    if (nesterov && (momentum === 0 || dampening > 0))
      fail('value', where, 'nesterov', 'false without momentum or with dampening', nesterov);
    super(read.learningRate, momentum > 0 ? ['velocity'] : [], read);
    this.momentum = momentum;
    this.dampening = dampening;
    this.nesterov = nesterov;
    this.weightDecay = read.weightDecay;
    register(SGD);
  }

  protected override updateRule(step: number): UpdateRule<'velocity'> {
    return this.ruleBy(step, () => hostNumber(() => this.learningRate));
  }

  /** @internal */
  protected override fusedRule(step: number): UpdateRule<'velocity'> {
    const rate = hostNumber(() => this.learningRate);
    return this.ruleBy(step, () => rate);
  }

  private ruleBy(step: number, rate: () => Scalar): UpdateRule<'velocity'> {
    const { momentum, dampening, nesterov, weightDecay } = this;
    const now = liveStep(this, step);
    const isUndamped = dampening === 0 || hostDecision(() => now() === 1);
    const share = isUndamped ? 1 : 1 - dampening;
    return ({ value, slots }, gradient) => {
      const g = withWeightDecay(gradient, value, weightDecay);
      const damped = share === 1 ? g : mul(g, share);
      const velocity = momentum > 0 ? add(mul(slots.velocity, momentum), damped) : g;
      const direction = nesterov ? add(g, mul(velocity, momentum)) : velocity;
      return { value: sub(value, mul(direction, rate())), slots: { velocity } };
    };
  }

  override getConfig(): serialization.ConfigDict {
    const { learningRate, momentum, dampening, nesterov, weightDecay } = this;
    return {
      ...{ learningRate, momentum, dampening, nesterov, weightDecay },
      ...this.gradientConfig(),
    };
  }
}

/**
 * Makes an {@link SGD} optimizer.
 *
 * @param options See {@link SGDOptions}; `learningRate` is required.
 * @returns The optimizer; `dispose()` frees its slots.
 * @throws GanKitError if an option is missing or out of range.
 *
 * @example
 * ```ts
 * import { sgd } from 'gan-kit/training';
 *
 * const optimizer = sgd({ learningRate: 0.01, momentum: 0.9, nesterov: true });
 * ```
 */
export function sgd(options: SGDOptions): SGD {
  return new SGD(options);
}
