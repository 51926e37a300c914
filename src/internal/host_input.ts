import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Uploads numbers that the host makes at each step: latents, α, masks, noise, label flips, drawn
 * labels. All of them pass through here, so that a recorded step can receive those of a later one.
 *
 * @param draw Makes the numbers.
 * @returns A float32 tensor; the caller owns it.
 */
export const hostInput = (shape: readonly number[], draw: () => Float32Array): Tensor =>
  tensor(draw(), [...shape], 'float32');
