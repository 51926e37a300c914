import {
  acos,
  add,
  clipByValue,
  concat,
  div,
  gather,
  greater,
  maximum,
  mul,
  norm,
  range,
  reshape,
  sin,
  slice,
  sub,
  sum,
  tidy,
  where as choose,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { checkTensor, fail } from '../internal/check.js';
import { boolean, integer, oneOf } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';

/** Options of {@link interpolateLatents}. */
export interface InterpolateLatentsOptions {
  /** Number of vectors from one of the given ones to the next, 1 or more; default 15. */
  readonly steps?: number;
  /**
   * The way from one to the next: `'spherical'`, the default, for normal latent vectors; `'linear'` for uniform ones, whose
   * distribution a straight line stays in.
   */
  readonly path?: 'spherical' | 'linear';
  /** Whether the path ends where it began, for an animation that goes round; default false. */
  readonly loop?: boolean;
}

/** sin Ω below which vectors count as parallel: the arc is a line then, as the formula has 0 / 0. */
const PARALLEL = 1e-4;

/**
 * Makes latent vectors on a path through given ones, to show what a generator has learned between them. On a straight line
 * between two normal vectors, those in the middle are shorter than a generator ever saw; on the arc they are not:
 *
 * slerp(a, b; t) = sin((1 − t)Ω) / sin Ω · a + sin(tΩ) / sin Ω · b, cos Ω = a·b / (‖a‖ ‖b‖)
 *
 * where Ω is the angle between the two. Vectors that are parallel within rounding are joined by a line.
 *
 * @param latents Shape `[count, size]`, 2 vectors or more; they stay the caller's.
 * @param options `steps` from 1 on, default 15; `path`, default `'spherical'`; `loop`, default false.
 * @returns Shape `[(count − 1) · steps + 1, size]` from the first vector to the last; `[count · steps, size]` with `loop`,
 *   whose last is one step before the first. The caller owns it.
 * @throws GanKitError if an argument is invalid.
 *
 * Vectors are those of the formula within 2e-5, on GPUs within 5e-4, whose sine and arc cosine have three digits.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { interpolateLatents } from 'gan-kit/training';
 *
 * await loadBackend();
 * const path = interpolateLatents(tensor2d([[1, 0], [0, 1]]), { steps: 2 });
 * console.log(await path.array()); // → [ [ 1, 0 ], [ 0.7071, 0.7071 ], [ 0, 1 ] ]
 * ```
 *
 * @see White 2016, arXiv 1609.04468, section 2.1
 */
export function interpolateLatents(
  latents: Tensor2D,
  options: InterpolateLatentsOptions = {},
): Tensor2D {
  const where = 'interpolateLatents';
  checkTensor(where, 'latents', latents, { rank: 2 });
  const [count, size] = latents.shape;
  if (count < 2 || size < 1) fail('shape', where, 'latents', 'of two vectors or more', latents);
  const { steps, path, loop } = readOptions(where, options, {
    steps: integer({ min: 1, default: 15 }),
    path: oneOf(['spherical', 'linear'], { default: 'spherical' }),
    loop: boolean({ default: false }),
  });
  return tidy(() => {
    const segments = loop ? count : count - 1;
    const next = Array.from({ length: segments }, (_, i) => (i + 1) % count);
    const a: Tensor = reshape(slice(latents, 0, segments), [segments, 1, size]);
    const b: Tensor = reshape(gather(latents, next), [segments, 1, size]);
    const t: Tensor = reshape(div(range(0, steps), steps), [1, steps, 1]);
    const line = [sub(1, t), t] as const;
    const [ofA, ofB] = path === 'linear' ? line : arc(a, b, line);
    const all: Tensor2D = reshape(add(mul(ofA, a), mul(ofB, b)), [segments * steps, size]);
    return loop ? all : concat([all, slice(latents, [count - 1, 0])]);
  });
}

/** Computes the weights of both ends on arcs. */
function arc(a: Tensor, b: Tensor, [s, t]: readonly [Tensor, Tensor]): [Tensor, Tensor] {
  const lengths = maximum(mul(norm(a, 2, -1, true), norm(b, 2, -1, true)), 1e-30);
  const angle = acos(clipByValue(div(sum(mul(a, b), -1, true), lengths), -1, 1));
  const sine = sin(angle);
  const isArc = greater(sine, PARALLEL);
  const weight = (part: Tensor): Tensor => {
    const onArc = div(sin(mul(part, angle)), maximum(sine, PARALLEL));
    return choose(isArc, onArc, add(part, mul(onArc, 0)));
  };
  return [weight(s), weight(t)];
}
