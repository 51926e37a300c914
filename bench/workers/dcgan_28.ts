import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fill } from '../cases.js';

/** What all contenders agree on in a step of the DCGAN for 28×28 of the TensorFlow tutorial. */
export const IMAGE = [28, 28, 1] as const;
export const ADAM = { learningRate: 2e-4, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

/** Kernels from −0.05 to 0.05, seeded by network and place among its weights; scales 1, offsets 0. */
export function fillWeights(generator: LayersModel, discriminator: LayersModel): void {
  for (const [model, seed] of [
    [generator, 100],
    [discriminator, 200],
  ] as const)
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
export const realImages = (batch: number): Tensor =>
  tensor(fill(batch * 28 * 28, 7, 1), [batch, ...IMAGE]);
