import { add, div, mul, square, sub } from '@tensorflow/tfjs-core';
import type { Scalar, serialization } from '@tensorflow/tfjs-core';
import { hostNumber } from '../../internal/host_input.js';
import { number } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { fusedAdam } from '../../kernels/fused_adam.js';
import { register } from '../../layers/serialization/register_class.js';
import { squareRoot } from '../../ops/square_root.js';
import { GRADIENT_OPTIONS } from './gradient_options.js';
import type { GradientOptions } from './gradient_options.js';
import { SlotOptimizer } from './slot_optimizer.js';
import { liveStep, withWeightDecay } from './update_rule.js';
import type { UpdateRule } from './update_rule.js';

/** Options of {@link adam}. */
export interface AdamOptions extends GradientOptions {
  /** Step size α, 0 or more; default 2e-4, DCGAN's. */
  learningRate?: number;
  /** Decay of the mean of gradients, in [0, 1); default 0.5, DCGAN's (torch: 0.9). */
  beta1?: number;
  /** Decay of the mean of squared gradients, in [0, 1); default 0.999. */
  beta2?: number;
  /** ε, added to the root, 0 or more; default 1e-8, on every backend. */
  epsilon?: number;
  /** λ of the L2 term λθ added to the gradient, 0 or more; default 0. */
  weightDecay?: number;
}

/**
 * Adam with torch.optim's conventions. With g ← g + λθ:
 *
 * m ← β₁m + g, v ← β₂v + g², θ ← θ − αₜ · m / (√v + εₜ),
 * where sₜ² = (1 − β₂ᵗ)/(1 − β₂), αₜ = α · sₜ · (1 − β₁)/(1 − β₁ᵗ), εₜ = ε · sₜ.
 *
 * That is the paper's update m̂/(√v̂ + ε). Its moments are stored divided by 1 − β, and all factors
 * independent of a weight are gathered in two numbers, computed in float64 from the count of steps: ten
 * passes over the weights instead of fourteen.
 *
 * @see Kingma and Ba 2014, arXiv 1412.6980, algorithm 1, and section 2 on the order of computation
 */
export class Adam extends SlotOptimizer<'m' | 'v'> {
  /** The name under which a saved model finds this class. */
  static readonly className = 'GanKitAdam';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;

  constructor(options: AdamOptions = {}) {
    const read = readOptions('adam', options, {
      learningRate: number({ min: 0, default: 2e-4 }),
      beta1: number({ min: 0, below: 1, default: 0.5 }),
      beta2: number({ min: 0, below: 1, default: 0.999 }),
      epsilon: number({ min: 0, default: 1e-8 }),
      weightDecay: number({ min: 0, default: 0 }),
      ...GRADIENT_OPTIONS,
    });
    super(read.learningRate, ['m', 'v'], read);
    this.beta1 = read.beta1;
    this.beta2 = read.beta2;
    this.epsilon = read.epsilon;
    this.weightDecay = read.weightDecay;
    register(Adam);
  }

  protected override updateRule(step: number): UpdateRule<'m' | 'v'> {
    const now = liveStep(this, step);
    const due = () => this.numbersOf(now());
    return this.inOps(() => ({
      rate: hostNumber(() => due().rate),
      epsilon: hostNumber(() => due().epsilon),
    }));
  }

  /** @internal */
  protected override fusedRule(): UpdateRule<'m' | 'v'> {
    const { weightDecay } = this;
    const due = () => this.numbersOf(this.iterations + 1);
    const fused = fusedAdam(this, due);
    if (fused === undefined) {
      const scalars = {
        rate: hostNumber(() => due().rate),
        epsilon: hostNumber(() => due().epsilon),
      };
      return this.inOps(() => scalars);
    }
    return ({ value, slots }, gradient) => {
      const g = withWeightDecay(gradient, value, weightDecay);
      const after = fused({ value, ...slots, gradient: g });
      return { value: after.value, slots: { m: after.m, v: after.v } };
    };
  }

  /** Makes the rule of ops, with αₜ and εₜ as scalars. */
  private inOps(scalars: () => { rate: Scalar; epsilon: Scalar }): UpdateRule<'m' | 'v'> {
    const { beta1, beta2, weightDecay } = this;
    return ({ value, slots }, gradient) => {
      const { rate, epsilon } = scalars();
      const g = withWeightDecay(gradient, value, weightDecay);
      const m = add(mul(slots.m, beta1), g);
      const v = add(mul(slots.v, beta2), square(g));
      const direction = div(m, add(squareRoot(v), epsilon));
      return { value: sub(value, mul(direction, rate)), slots: { m, v } };
    };
  }

  /** Computes αₜ and εₜ in float64. */
  private numbersOf(step: number): { rate: number; epsilon: number } {
    const { learningRate, beta1, beta2, epsilon } = this;
    const scale = Math.sqrt((1 - beta2 ** step) / (1 - beta2));
    const rate = (learningRate * scale * (1 - beta1)) / (1 - beta1 ** step);
    return { rate, epsilon: epsilon * scale };
  }

  override getConfig(): serialization.ConfigDict {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = this;
    return { learningRate, beta1, beta2, epsilon, weightDecay, ...this.gradientConfig() };
  }
}

/**
 * Makes an {@link Adam} optimizer with the defaults of the GAN papers.
 *
 * @param options See {@link AdamOptions}.
 * @returns The optimizer; `dispose()` frees its moments.
 * @throws GanKitError if an option is out of range.
 *
 * @example
 * ```ts
 * import { scalar, square, variable } from '@tensorflow/tfjs-core';
 * import type { Scalar } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { adam } from 'gan-kit/training';
 *
 * await loadBackend();
 * const optimizer = adam({ learningRate: 1e-4, beta1: 0, beta2: 0.9 }); // WGAN-GP's
 * const x = variable(scalar(3));
 * optimizer.minimize(() => square(x) as Scalar, false, [x]);
 * ```
 *
 * @see Kingma and Ba 2014, arXiv 1412.6980; Radford et al. 2015, arXiv 1511.06434, section 4 for the defaults
 */
export function adam(options: AdamOptions = {}): Adam {
  return new Adam(options);
}
