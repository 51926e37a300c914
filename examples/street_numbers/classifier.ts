import { readFileSync } from 'node:fs';
import { concat, slice, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { decodeSafetensors } from 'gan-kit/io';
import { batchNormalization, dropout, namedWeights } from 'gan-kit/layers';
import { initializeWeights } from 'gan-kit/models';
import { CHANNELS, SIDE } from './street_numbers.js';

/** The file of the trained weights, which `train_classifier.ts` writes. */
export const WEIGHTS = new URL('./weights/classifier.safetensors', import.meta.url);

/** Builds a small convolutional classifier: from street numbers 32×32×3 in (−1, 1) to ten logits. */
export function buildClassifier(seed = 0): LayersModel {
  const stage = (name: string, filters: number, kernelSize: number, strides: number) => [
    layers.conv2d({
      name,
      filters,
      kernelSize,
      strides,
      padding: 'same',
      useBias: false,
      kernelInitializer: 'zeros',
      ...(name === 'conv1' ? { inputShape: [SIDE, SIDE, CHANNELS] } : {}),
    }),
    batchNormalization({ name: `${name}_norm` }),
    layers.reLU({ name: `${name}_act` }),
  ];
  const network = sequential({
    name: 'street_classifier',
    layers: [
      ...stage('conv1', 16, 5, 2),
      ...stage('conv2', 32, 3, 1),
      ...stage('conv3', 32, 3, 2),
      ...stage('conv4', 40, 3, 2),
      ...stage('conv5', 40, 3, 2),
      layers.flatten({ name: 'flatten' }),
      dropout({ name: 'drop', rate: 0.25, seed }),
      layers.dense({ name: 'logits', units: 10, kernelInitializer: 'zeros' }),
    ],
  });
  initializeWeights(network, { stddev: 0.05, seed });
  return network;
}

/** The trained classifier. */
export class StreetClassifier {
  private readonly network = buildClassifier();

  constructor() {
    const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(WEIGHTS)));
    for (const { path, variable } of namedWeights(this.network)) {
      const saved = tensors[path];
      if (saved === undefined) throw new Error(`the weights file lacks ${path}`);
      tidy(() => void variable.write(tensor(saved.data, [...saved.shape])));
    }
  }

  /** Computes logits `[n, 10]` of any number of images, in batches. */
  logits(images: Tensor4D, batchSize = 250): Tensor2D {
    return tidy(() => {
      const parts: Tensor2D[] = [];
      for (let i = 0; i < images.shape[0]; i += batchSize) {
        const size = Math.min(batchSize, images.shape[0] - i);
        parts.push(this.network.apply(slice(images, [i, 0, 0, 0], [size, -1, -1, -1])) as Tensor2D);
      }
      return concat(parts);
    });
  }
}
