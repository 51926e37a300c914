import { concat, slice, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { decodeSafetensors } from 'gan-kit/io';
import { batchNormalization, dropout, namedWeights } from 'gan-kit/layers';
import { initializeWeights } from 'gan-kit/models';
import { SIDE } from './data.js';

/** Builds a small convolutional classifier: from 28×28 values in (−1, 1) to 64 features and ten logits. */
export function buildClassifier(seed = 0): LayersModel {
  const conv = (name: string, filters: number, kernelSize: number, strides: number) =>
    layers.conv2d({
      name,
      filters,
      kernelSize,
      strides,
      padding: 'same',
      useBias: false,
      kernelInitializer: 'zeros',
      ...(name === 'conv1' ? { inputShape: [SIDE, SIDE, 1] } : {}),
    });
  const after = (name: string) => [
    batchNormalization({ name: `${name}_norm` }),
    layers.reLU({ name: `${name}_act` }),
  ];
  const network = sequential({
    name: 'classifier',
    layers: [
      conv('conv1', 16, 5, 2),
      ...after('conv1'),
      conv('conv2', 32, 3, 1),
      ...after('conv2'),
      conv('conv3', 32, 3, 2),
      ...after('conv3'),
      conv('conv4', 48, 3, 2),
      ...after('conv4'),
      layers.flatten({ name: 'flatten' }),
      dropout({ name: 'drop', rate: 0.25, seed }),
      layers.dense({ name: 'features', units: 64, activation: 'relu', kernelInitializer: 'zeros' }),
      layers.dense({ name: 'logits', units: 10, kernelInitializer: 'zeros' }),
    ],
  });
  initializeWeights(network, { stddev: 0.05, seed });
  return network;
}

/** The trained classifier, with features and logits as outputs. */
export class Classifier {
  private readonly network: LayersModel;

  /** @param weights The bytes of the file of the weights. */
  constructor(weights: Uint8Array) {
    const trained = buildClassifier();
    const { tensors } = decodeSafetensors(weights);
    for (const { path, variable } of namedWeights(trained)) {
      const saved = tensors[path];
      if (saved === undefined) throw new Error(`the weights file lacks ${path}`);
      tidy(() => void variable.write(tensor(saved.data, [...saved.shape])));
    }
    const features = trained.getLayer('features').output;
    this.network = model({
      inputs: trained.inputs,
      outputs: [features, trained.outputs[0]!] as never,
    });
  }

  /** Computes features `[n, 64]` and logits `[n, 10]` of any number of images, in batches. */
  evaluate(images: Tensor4D, batchSize = 250): { features: Tensor2D; logits: Tensor2D } {
    return tidy(() => {
      const parts: [Tensor, Tensor][] = [];
      for (let i = 0; i < images.shape[0]; i += batchSize) {
        const size = Math.min(batchSize, images.shape[0] - i);
        parts.push(
          this.network.apply(slice(images, [i, 0, 0, 0], [size, -1, -1, -1])) as [Tensor, Tensor],
        );
      }
      return {
        features: concat(parts.map(([f]) => f)) as Tensor2D,
        logits: concat(parts.map(([, l]) => l)) as Tensor2D,
      };
    });
  }
}
