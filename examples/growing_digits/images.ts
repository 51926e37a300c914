import { image, pad, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { SIDE as DIGIT, trainingBatch } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';
import { SIDE } from './recipe.js';

const MARGIN = (SIDE - DIGIT) / 2;

/** Returns batch k of the shuffled epochs of a seed, with a black margin that makes 32 × 32 of 28 × 28. */
export const paddedBatch = (images: Images, batchSize: number, seed: number, k: number): Tensor4D =>
  tidy(() => {
    const margins = [MARGIN, MARGIN] as [number, number];
    const digits = trainingBatch(images, batchSize, seed, k);
    return pad(digits, [[0, 0], margins, margins, [0, 0]], -1);
  });

/** Cuts 28 × 28 out of made images, as the classifier wants them; small images are enlarged first, pixel by pixel. */
export const digitsIn = (made: Tensor4D): Tensor4D =>
  tidy(() => {
    const whole = made.shape[1] === SIDE ? made : image.resizeNearestNeighbor(made, [SIDE, SIDE]);
    return slice(whole, [0, MARGIN, MARGIN, 0], [-1, DIGIT, DIGIT, -1]);
  });
