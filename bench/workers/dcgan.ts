import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StepCase } from '../cases/case_types.js';
import { fill } from '../hash.js';

/*
 * The data of a step, the same for all contenders. Seeds of the hash: 7 for the real images; from 100 for the
 * weights of the generator and from 200 for those of the discriminator, by their index; from 300 for the
 * interpolation weights, by step; from 400 for the singular vectors v, by layer.
 */

export const ADAM = { learningRate: 2e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

/**
 * Sets kernels from −0.05 to 0.05, or with `he` from −√(6 / inputs) to √(6 / inputs), seeded by network and index
 * among its weights; scales to 1, offsets to 0.
 */
export function fillWeights(generator: LayersModel, discriminator: LayersModel, he = false): void {
  fillNetwork(generator, 100, he);
  fillNetwork(discriminator, 200, he);
}

/** Sets the weights of one network in the same way. */
export function fillNetwork(model: LayersModel, seed: number, he = false): void {
  model.trainableWeights.forEach((weight, i) => {
    const shape = weight.shape as number[];
    const size = shape.reduce((product, n) => product * n, 1);
    const constant = weight.originalName.endsWith('gamma') ? 1 : 0;
    const scale = he ? Math.sqrt((6 * shape.at(-1)!) / size) : 0.05;
    const values =
      shape.length === 1 ? new Float32Array(size).fill(constant) : fill(size, seed + i, scale);
    tidy(() => void weight.write(tensor(values, shape)));
  });
}

/** Makes a batch of noise in place of images. */
export function realImages({ image, batch }: StepCase): Tensor {
  const shape = [batch, ...image];
  return tensor(
    fill(
      shape.reduce((product, n) => product * n, 1),
      7,
      1,
    ),
    shape,
  );
}

/** Returns α of each sample, at a step counted from 0. */
export const interpolationWeights = (batch: number, step: number): Float32Array =>
  fill(batch, 300 + step, 0.5).map((value) => value + 0.5);
