import { image, pad, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { SIDE, trainingBatch } from './data.js';
import type { Images } from './data.js';

/** The side of digits with a margin of 2, which networks can halve down to 4 × 4. */
export const PADDED_SIDE = 32;

const MARGIN = (PADDED_SIDE - SIDE) / 2;

/** Gives digits of 28 × 28 a black margin that makes them 32 × 32. */
export const padded = (digits: Tensor4D): Tensor4D => {
  const margins = [MARGIN, MARGIN] as [number, number];
  return pad(digits, [[0, 0], margins, margins, [0, 0]], -1);
};

/** Returns batch k of the shuffled epochs of a seed, with the margin. */
export const paddedBatch = (images: Images, batchSize: number, seed: number, k: number): Tensor4D =>
  tidy(() => padded(trainingBatch(images, batchSize, seed, k)));

/** Cuts 28 × 28 out of made images, as the classifier wants them; small images are enlarged first, pixel by pixel. */
export const digitsIn = (made: Tensor4D): Tensor4D =>
  tidy(() => {
    const side = [PADDED_SIDE, PADDED_SIDE] as [number, number];
    const whole = made.shape[1] === PADDED_SIDE ? made : image.resizeNearestNeighbor(made, side);
    return slice(whole, [0, MARGIN, MARGIN, 0], [-1, SIDE, SIDE, -1]);
  });
