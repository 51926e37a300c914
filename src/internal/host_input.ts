import { tensor } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';

/**
 * Uploads numbers that the host makes at each step: latents, α, masks, noise, label flips, drawn
 * labels. All of them pass through here, so that a recorded step can receive those of a later one.
 *
 * @param draw Makes the numbers.
 * @returns A float32 tensor; the caller owns it.
 */
export const hostInput = (shape: readonly number[], draw: () => Float32Array): Tensor =>
  tensor(draw(), [...shape], 'float32');

/** Uploads one number that `draw` computes, at each step anew; the caller owns the scalar. */
export const hostScalar = (draw: () => number): Scalar =>
  hostInput([], () => Float32Array.of(draw())) as Scalar;

/** Uploads one number that differs from step to step, such as a learning rate that falls; the caller owns the scalar. */
export const hostNumber = (value: number): Scalar => hostScalar(() => value);
