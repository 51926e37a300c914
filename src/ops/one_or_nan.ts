import { step } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { stopGradient } from './stop_gradient.js';

/** 1 where x is a number, NaN where it is none: a factor that changes no bit and hides no NaN. */
export const oneOrNaN = (x: Tensor): Tensor => stopGradient(() => step(x, 1));
