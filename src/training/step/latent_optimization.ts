import {
  add,
  clipByValue,
  clone,
  div,
  grad,
  mul,
  square,
  sum,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { integer, number, oneOf } from '../../internal/option_kinds.js';
import type { SchemaRead } from '../../internal/read_options.js';
import { stopGradient } from '../../ops/stop_gradient.js';
import type { LatentDistribution } from '../latents.js';

/** The numbers of latent optimization; the defaults are the paper's. */
export interface LatentOptimizationOptions {
  /** The step: `'natural'` (the default), α g / (β + ‖g‖²), or `'gradient'`, α g. */
  method?: 'natural' | 'gradient';
  /** α, 0 or more; default 0.9. */
  stepSize?: number;
  /** β, the damping of the natural step, above 0; default 5. */
  damping?: number;
  /** Number of steps, each from where the last one ended, 1 or more; default 1. */
  steps?: number;
  /** c, the share of the rows of a batch that are optimized, above 0 and at most 1; default 0.8. */
  fraction?: number;
  /** w_r, the weight of ‖Δz‖² in the losses of both players, 0 or more; default 300. */
  regularizer?: number;
  /**
   * Whether the gradients of both players flow `'through'` the steps (the default), or are `'stopped'` there: Δz is a
   * constant then, as in other implementations, and its cost trains nobody.
   */
  gradient?: 'through' | 'stopped';
}

/** The schema of {@link LatentOptimizationOptions}. */
export const LATENT_OPTIMIZATION: SchemaRead<LatentOptimizationOptions> = {
  method: oneOf(['natural', 'gradient'], { default: 'natural' }),
  stepSize: number({ min: 0, default: 0.9 }),
  damping: number({ above: 0, default: 5 }),
  steps: integer({ min: 1, default: 1 }),
  fraction: number({ above: 0, max: 1, default: 0.8 }),
  regularizer: number({ min: 0, default: 300 }),
  gradient: oneOf(['through', 'stopped'], { default: 'through' }),
};

/** Latent vectors, and what moving them adds to a loss. */
export interface MovedLatents {
  readonly z: Tensor;
  /** w_r E‖Δz‖² over the moved rows; nothing if none is moved. */
  readonly terms: Scalar[];
}

/**
 * Moves latent vectors to where the discriminator takes samples for real:
 *
 * ```
 * g  = ∂f/∂z                  f the discriminator's logit of G(z), the mean of several
 * Δz = α g / (β + ‖g‖²)       = α (g gᵀ + β I)⁻¹ g, the natural step; or α g
 * z' = clip(z + Δz, −1, 1)    to the range of uniform latents; normal ones have none, and are not clipped
 * ```
 *
 * Only the first round(c · batch) rows move, at least one: rows are independent draws, so that any will do. f is summed
 * over the whole batch. Several steps repeat this from z'; Δz of the cost is then their sum. Gradients flow through Δz to
 * whatever f was computed from.
 *
 * @param options Undefined for none: z is returned as it is.
 * @param z `[batch, size]`.
 * @param score f, logits `[batch, …]` or fewer for packs; differentiated twice.
 *
 * @see Wu et al. 2019, arXiv 1912.00953, algorithm 1 and section 4
 */
export function movedLatents(
  options: Required<LatentOptimizationOptions> | undefined,
  z: Tensor,
  distribution: LatentDistribution,
  score: (z: Tensor) => Tensor,
): MovedLatents {
  if (options === undefined) return { z, terms: [] };
  const moved = Math.max(1, Math.round(options.fraction * z.shape[0]));
  let [at, way]: [Tensor, Tensor | undefined] = [z, undefined];
  for (let i = 0; i < options.steps; i++) {
    const step = firstRows(stepAlong(slopeOf(score, at), options), moved);
    const after = add(at, step);
    at = clipped(after, distribution);
    way = way === undefined ? step : add(way, step);
  }
  const cost = mul<Scalar>(sum(square(way!)), options.regularizer / moved);
  const held = options.gradient === 'stopped';
  return { z: held ? constant(at) : at, terms: [held ? constant(cost) : cost] };
}

/** Computes ∂f/∂z of each row. */
const slopeOf = (score: (z: Tensor) => Tensor, z: Tensor): Tensor =>
  tidy(() => grad((z: Tensor) => totalOf(score(z)))(z));

/** Clips latent vectors to the range that they are drawn from. */
function clipped(z: Tensor, distribution: LatentDistribution): Tensor {
  if (distribution === 'normal') return z;
  return clipByValue(z, distribution === 'uniform' ? -1 : 0, 1);
}

/** Sums logits over the batch, of several for a sample their mean. */
function totalOf(logits: Tensor): Scalar {
  const total = sum<Scalar>(logits);
  const perSample = logits.size / logits.shape[0];
  return perSample === 1 ? total : div(total, perSample);
}

/** Computes Δz from g. */
function stepAlong(
  g: Tensor,
  {
    method,
    stepSize,
    damping,
  }: Pick<Required<LatentOptimizationOptions>, 'method' | 'stepSize' | 'damping'>,
): Tensor {
  if (method === 'gradient') return mul(g, stepSize);
  return div(mul(g, stepSize), add(sum(square(g), 1, true), damping));
}

/** Sets all rows after the first ones to 0. */
function firstRows(x: Tensor, count: number): Tensor {
  const rows = x.shape[0];
  if (count === rows) return x;
  const mask = Float32Array.from({ length: rows }, (_, i) => (i < count ? 1 : 0));
  return mul(x, tensor2d(mask, [rows, 1]));
}

const constant = <T extends Tensor>(x: T): T => stopGradient(() => clone(x));
