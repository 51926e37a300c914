import { readFileSync } from 'node:fs';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { decodeSafetensors } from 'gan-kit/io';
import { batchNormalization, conv2d, dropout, namedWeights } from 'gan-kit/layers';
import { initializeWeights } from 'gan-kit/models';
import { CLASSES } from './fashion.js';
import { SIDE } from './pairs.js';

/** The file of the trained weights, which `train_classifier.ts` writes. */
export const WEIGHTS = new URL('./weights/classifier.safetensors', import.meta.url);

/** Builds a small convolutional classifier: from photos 32×32 in [−1, 1] to 48 features and ten logits. */
export function buildClassifier(seed = 0): LayersModel {
  const stage = (name: string, filters: number, kernelSize: number, inputShape?: number[]) => [
    conv2d({
      ...{ name, filters, kernelSize, strides: 2, padding: (kernelSize - 1) / 2, useBias: false },
      kernelInitializer: 'zeros',
      ...(inputShape !== undefined && { inputShape }),
    }),
    batchNormalization({ name: `${name}_norm` }),
    layers.reLU({ name: `${name}_act` }),
  ];
  const network = sequential({
    name: 'classifier',
    layers: [
      ...stage('conv1', 16, 5, [SIDE, SIDE, 1]),
      ...stage('conv2', 32, 3),
      ...stage('conv3', 40, 3),
      layers.flatten({ name: 'flatten' }),
      dropout({ name: 'drop', rate: 0.25, seed }),
      layers.dense({ name: 'features', units: 48, activation: 'relu', kernelInitializer: 'zeros' }),
      layers.dense({ name: 'logits', units: CLASSES.length, kernelInitializer: 'zeros' }),
    ],
  });
  initializeWeights(network, { stddev: 0.05, seed });
  return network;
}

/** Builds the classifier and loads the trained weights. */
export function readClassifier(): LayersModel {
  const network = buildClassifier();
  const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(WEIGHTS)));
  for (const { path, variable } of namedWeights(network)) {
    const saved = tensors[path];
    if (saved === undefined) throw new Error(`the weights file lacks ${path}`);
    tidy(() => void variable.write(tensor(saved.data, [...saved.shape])));
  }
  return network;
}
