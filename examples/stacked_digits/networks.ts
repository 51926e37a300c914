import type { Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ModelOf } from 'gan-kit';
import { batchNormalization, conv2dTranspose, leakyReLU } from 'gan-kit/layers';
import { initializeWeights } from 'gan-kit/models';
import { SIDE } from '../mnist/data.js';

/** The channels of an image: three digits. */
export const CHANNELS = 3;
export const LATENTS = 256;

const drawnLater = { kernelInitializer: 'zeros' } as const;
const conv = { ...drawnLater, kernelSize: 3, padding: 'same' } as const;

/** Builds the generator of PacGAN's smaller setting on stacked MNIST: 256 latents to 4, 7, 14 and 28 pixels. */
export function stackedGenerator(seed: number): ModelOf<Tensor4D> {
  const after = () => [batchNormalization(), layers.reLU()];
  const twice = (filters: number) => layers.conv2dTranspose({ ...conv, filters, strides: 2 });
  const network = sequential({
    name: 'generator',
    layers: [
      layers.dense({ ...drawnLater, units: 4 * 4 * 64, inputShape: [LATENTS] }),
      ...[layers.reshape({ targetShape: [4, 4, 64] }), ...after()],
      // TensorFlow's `same` from 4 to 7 pixels
      conv2dTranspose({ ...drawnLater, filters: 32, kernelSize: 3, strides: 2, padding: 1 }),
      ...after(),
      ...[twice(16), ...after()],
      ...[twice(8), ...after()],
      layers.conv2d({ ...conv, filters: CHANNELS, activation: 'tanh' }),
    ],
  });
  initializeWeights(network, { seed });
  return network as ModelOf<Tensor4D>;
}

/**
 * Builds the discriminator of that setting.
 *
 * @param packing The number of images that it judges at once.
 * @param width The channels of its first layer; they double twice. The paper has 2 and 4.
 */
export function stackedDiscriminator(packing: number, width: number, seed: number): LayersModel {
  const half = (filters: number, inputShape?: number[]) => [
    layers.conv2d({ ...conv, filters, strides: 2, ...(inputShape && { inputShape }) }),
    ...[batchNormalization(), leakyReLU({ negativeSlope: 0.3 })],
  ];
  const network = sequential({
    name: 'discriminator',
    layers: [
      ...half(width, [SIDE, SIDE, CHANNELS * packing]),
      ...half(2 * width),
      ...half(4 * width),
      ...[layers.flatten(), layers.dense({ ...drawnLater, units: 1 })],
    ],
  });
  initializeWeights(network, { seed });
  return network;
}
