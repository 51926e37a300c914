import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NamedWeight } from '../layers/weights/named_weights.js';
import { drawWeights, isKernel } from './draw_weights.js';

/**
 * Draws the kernels of a model from the uniform distribution on ±gain · √(6/(inputs + outputs)), where the pixels
 * of a convolution's kernel count as inputs and as outputs. Everything else keeps its value.
 *
 * @param gain Returns the gain of a kernel.
 * @see Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks",
 *   equation 16
 */
export function glorotWeights(
  model: LayersModel,
  seed: number,
  gain: (weight: NamedWeight) => number = () => 1,
): void {
  drawWeights(model, seed, (weight, stream) => {
    if (!isKernel(weight)) return undefined;
    const shape = weight.variable.shape as number[];
    const pixels = shape.slice(0, -2).reduce((product, axis) => product * axis, 1);
    const fans = pixels * (shape.at(-2)! + shape.at(-1)!);
    const bound = gain(weight) * Math.sqrt(6 / fans);
    return stream.uniform(shape, -bound, bound);
  });
}
