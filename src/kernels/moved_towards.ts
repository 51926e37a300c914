import { add, engine, getBackend, getKernel, mul, sub, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';

/** The name of a kernel for a + s (b − a), which some backends have; tfjs has none. */
export const MOVED_TOWARDS = 'GanKitMovedTowards';

/** Computes a + s (b − a) of two tensors of one shape; without a gradient where a kernel of ours computes it. */
export function movedTowards(a: Tensor, b: Tensor, share: Scalar): Tensor {
  if (getKernel(MOVED_TOWARDS, getBackend()) !== undefined && a.dtype === 'float32')
    return engine().runKernel<Tensor>(MOVED_TOWARDS, { a, b, share });
  return tidy(() => add(a, mul(sub(b, a), share)));
}
