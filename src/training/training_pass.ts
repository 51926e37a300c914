import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** What a network makes of x while it is trained: with the statistics of the batch, and with dropout. */
export const trainingPass = (model: LayersModel, x: Tensor): Tensor =>
  model.apply(x, { training: true }) as Tensor;
