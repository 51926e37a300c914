import { engine, getBackend, getKernel } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The name of a kernel for the gradient of ReLU and LeakyReLU, which some backends have; tfjs has none. */
export const BROKEN_SLOPE = 'GanKitBrokenSlope';

/** Tells whether the current backend has the kernel. */
export const hasBrokenSlope = (): boolean => getKernel(BROKEN_SLOPE, getBackend()) !== undefined;

/** Computes dy · (x > 0 ? 1 : α), NaN where x is NaN; without a gradient. */
export const runBrokenSlope = (dy: Tensor, x: Tensor, alpha: number): Tensor =>
  engine().runKernel<Tensor>(BROKEN_SLOPE, { dy, x }, { alpha });
