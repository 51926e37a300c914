import { concat, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { interpolateLatents } from 'gan-kit/training';

/** Number of places from one latent vector to another. */
const PLACES = 200;

/**
 * Returns the latent vector at a place between four, `[1, size]`; the caller owns it.
 *
 * @param corners The four: left and right above, left and right below; `[4, size]`.
 * @param across 0 at the left to 1 at the right.
 * @param down 0 above to 1 below.
 */
export const latentBetween = (corners: Tensor2D, across: number, down: number): Tensor2D =>
  tidy(() => {
    const row = (first: number) => onArc(slice(corners, [first, 0], [2, -1]), across);
    return onArc(concat([row(0), row(2)]), down);
  });

/** Returns what is at a part of the way from the first of two vectors to the second. */
function onArc(ends: Tensor2D, part: number): Tensor2D {
  const path = interpolateLatents(ends, { steps: PLACES });
  return slice(path, [Math.round(PLACES * part), 0], [1, -1]);
}
