import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StepCase } from '../cases/case_types.js';
import { fill } from '../hash.js';

/*
 * What all contenders agree on in a step. Seeds of the hash: 7 the real images; from 100 on the weights
 * of the generator, from 200 on those of the discriminator, by their place; from 300 on the interpolation
 * weights, by step; from 400 on the singular vectors v, by layer.
 */

export const ADAM = { learningRate: 2e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

/** Kernels from −0.05 to 0.05, seeded by network and place among its weights; scales 1, offsets 0. */
export function fillWeights(generator: LayersModel, discriminator: LayersModel): void {
  fillNetwork(generator, 100);
  fillNetwork(discriminator, 200);
}

/** The same for one network. */
export function fillNetwork(model: LayersModel, seed: number): void {
  model.trainableWeights.forEach((weight, i) => {
    const shape = weight.shape as number[];
    const size = shape.reduce((product, n) => product * n, 1);
    const constant = weight.originalName.endsWith('gamma') ? 1 : 0;
    const values =
      shape.length === 1 ? new Float32Array(size).fill(constant) : fill(size, seed + i, 0.05);
    tidy(() => void weight.write(tensor(values, shape)));
  });
}

/** A batch of noise that stands for images. */
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

/** α of each sample, at a step counted from 0. */
export const interpolationWeights = (batch: number, step: number): Float32Array =>
  fill(batch, 300 + step, 0.5).map((value) => value + 0.5);
