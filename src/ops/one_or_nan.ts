import { step } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { stopGradient } from './stop_gradient.js';

/** Returns 1 for numbers, NaN for NaN: a factor that changes no bit and hides no NaN. */
export const oneOrNaN = (x: Tensor): Tensor => stopGradient(() => step(x, 1));
