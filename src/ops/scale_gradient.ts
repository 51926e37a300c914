import { clone, customGrad, mul } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Passes x on as it is, and its gradient times a factor: y = x, ∂/∂x = factor · ∂/∂y. */
export const scaleGradient = <T extends Tensor>(x: T, factor: number): T =>
  customGrad((x) => ({
    value: clone(x as Tensor),
    gradFunc: (dy: Tensor) => mul(dy, factor),
  }))(x) as T;
