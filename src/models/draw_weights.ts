import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { RandomStream } from '../internal/random.js';
import { WeightNormalization } from '../layers/reparametrization/weight_normalization.js';
import { SpectralNormalization } from '../layers/spectral/spectral_normalization.js';
import { namedWeights } from '../layers/weights/named_weights.js';
import type { NamedWeight } from '../layers/weights/named_weights.js';

/** The names of weights that are drawn as kernels: `kernel`, `depthwise_kernel`, `theta_kernel`, `embeddings`. */
const KERNELS = /^(.+_)?kernel$|^embeddings$/;

/** Returns the last part of a weight's path. */
const nameOf = ({ path }: NamedWeight): string => path.slice(path.lastIndexOf('/') + 1);

/** Returns whether a weight is a kernel or a table. */
export const isKernel = (weight: NamedWeight): boolean => KERNELS.test(nameOf(weight));

/** Returns whether a weight is the scale of a normalization; the γ of attention is a scalar, and starts at 0. */
export const isScale = (weight: NamedWeight): boolean =>
  nameOf(weight) === 'gamma' && weight.variable.shape.length > 0;

/**
 * Draws the weights of a model, each from a random stream named after its path, so that adding a layer does not
 * change the others. Spectrally normalized layers then adapt u and v to the new kernel, and weight-normalized
 * ones set g to its length.
 *
 * @param draw Draws the value of one weight; `undefined` keeps the value that it has.
 */
export function drawWeights(
  model: LayersModel,
  seed: number,
  draw: (weight: NamedWeight, stream: RandomStream) => Tensor | undefined,
): void {
  const stream = new RandomStream(seed, 'initializeWeights');
  const weights = namedWeights(model);
  for (const weight of weights) {
    const { path, variable } = weight;
    const own = stream.fork(path);
    const value = nameOf(weight).endsWith('_v')
      ? own.normal(variable.shape as number[]) // a singular vector; `warmUp` normalizes it
      : draw(weight, own);
    if (value === undefined) continue;
    variable.write(value);
    value.dispose();
  }
  for (const layer of new Set(weights.map(({ layer }) => layer)))
    if (layer instanceof SpectralNormalization) layer.warmUp();
    else if (layer instanceof WeightNormalization) layer.resetMagnitudes();
}
