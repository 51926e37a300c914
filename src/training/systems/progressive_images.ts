import { avgPool, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { checkTensor, fail } from '../../internal/check.js';
import { hostDecision, hostNumber } from '../../internal/host_input.js';
import { doubleSize } from '../../ops/double_size.js';
import { lerp } from '../../ops/lerp.js';

/** Shrinks images to a resolution by the mean of the pixels that fall into one. */
function cutDown(x: Tensor4D, resolution: number): Tensor4D {
  const factor = x.shape[1] / resolution;
  return factor === 1 ? x : avgPool(x, factor, factor, 'valid');
}

/**
 * Computes the real images of a stage: x cut down to its resolution, and while it fades in (1 − t) x + t up(pool(x)), as
 * blurred as what the generator makes.
 *
 * @param real Images of this resolution or of one that is 2, 4, 8 … times as large.
 * @param t Returns the share of the stage before.
 * @returns `[batch, resolution, resolution, channels]`; possibly `real` itself.
 */
export const imagesOfStage = (real: Tensor4D, resolution: number, t: () => number): Tensor4D =>
  tidy(() => {
    const x = cutDown(real, resolution);
    if (hostDecision(() => t() === 0)) return x;
    return lerp(x, doubleSize(cutDown(x, resolution / 2), 'nearest'), hostNumber(t));
  });

/** Refuses images that are not of a stage or of a later one. */
export function checkImages(
  where: string,
  real: Tensor,
  resolutions: readonly number[],
  channels: number,
): void {
  checkTensor(where, 'batch.real', real, { shape: [null, null, null, channels] });
  const [, height, width] = real.shape;
  if (height === width && resolutions.includes(height!)) return;
  const sizes = resolutions.map((size) => `${size}x${size}`).join(', ');
  fail('shape', where, 'batch.real', `images of ${sizes}`, real);
}
