import { sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { RandomStream } from '../../src/internal/random.js';
import { conv2d } from '../../src/layers/conv2d.js';
import { dropout } from '../../src/layers/dropout.js';
import { leakyReLU } from '../../src/layers/leaky_relu.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';

/** Sizes and channels of a small domain. */
export type Shape = readonly [number, number, number];

/** Two convolutions with a leaky ReLU, and dropout, between them. */
export function translator(from: Shape, channels: number, seed: number, rate = 0): LayersModel {
  const model = sequential({
    layers: [
      conv2d({ filters: 5, kernelSize: 3, padding: 1, inputShape: [...from], name: 'in' }),
      leakyReLU({ negativeSlope: 0.2, name: 'act' }),
      ...(rate > 0 ? [dropout({ rate, seed, name: 'drop' })] : []),
      conv2d({ filters: channels, kernelSize: 3, padding: 1, name: 'out' }),
    ],
  });
  initializeWeights(model, { stddev: 0.2, seed });
  return model;
}

/** A critic of patches. */
export function critic(of: Shape, seed: number, isSpectral = false): LayersModel {
  const wrap = (layer: ReturnType<typeof conv2d>) =>
    isSpectral ? spectralNormalization({ layer, seed }) : layer;
  const first = { filters: 4, kernelSize: 3, strides: 2, padding: 1 };
  const model = sequential({
    layers: [
      wrap(conv2d({ ...first, inputShape: [...of], name: 'conv0' })),
      leakyReLU({ negativeSlope: 0.2, name: 'act' }),
      wrap(conv2d({ filters: 1, kernelSize: 3, padding: 1, name: 'conv1' })),
    ],
  });
  initializeWeights(model, { stddev: 0.3, seed });
  return model;
}

/** Batch k of a domain. */
export const images = (seed: number, k: number, shape: Shape, count = 2) =>
  new RandomStream(seed).seek(k).uniform([count, ...shape], -1, 1);

/** All weights of a model, by path. */
export async function weightsOf(model: LayersModel): Promise<Record<string, Float32Array>> {
  const all: Record<string, Float32Array> = {};
  for (const { path, variable } of namedWeights(model))
    all[path] = Float32Array.from(await variable.read().data());
  return all;
}
