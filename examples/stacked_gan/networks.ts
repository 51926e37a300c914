import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { batchNormalization, conv2d, conv2dTranspose, leakyReLU } from 'gan-kit/layers';
import { initializeWeights } from 'gan-kit/models';
import type { StackLevel } from 'gan-kit/training';
import { DIGITS } from '../labelled_digits/recipe.js';
import { SIDE } from '../mnist/data.js';

/** The sizes of the networks. */
export interface Sizes {
  /** The length of each latent vector. */
  readonly latents: number;
  /** The channels of both convolutions of the encoder. */
  readonly encoder: number;
  /** Those of the image generator at 4 and 8 pixels; half of it at 12 and 24. */
  readonly generator: number;
  /** Those of the first convolution of the image discriminator; they double twice. */
  readonly discriminator: number;
}

/** The sizes of the authors' code. */
export const PAPER: Sizes = { latents: 50, encoder: 32, generator: 128, discriminator: 32 };

/** The layer of the encoder whose outputs are the features. */
export const FEATURES = 'fc3';

/** The number of features. */
const SIZE = 256;

const drawnLater = { kernelInitializer: 'zeros' } as const;
const normalized = () => [batchNormalization({ epsilon: 1e-6, momentum: 0.9 }), layers.reLU()];

/** Passes a symbolic tensor through layers, one after the other. */
const through = (x: SymbolicTensor, list: readonly layers.Layer[]): SymbolicTensor =>
  list.reduce((x, layer) => layer.apply(x) as SymbolicTensor, x);

/** Builds the encoder, a classifier of digits in [0, 1] that ends in logits. */
export function buildEncoder({ encoder: filters }: Sizes, seed: number): LayersModel {
  const conv = { ...drawnLater, filters, kernelSize: 5, activation: 'relu' } as const;
  const network = sequential({
    name: 'encoder',
    layers: [
      layers.conv2d({ ...conv, inputShape: [SIDE, SIDE, 1] }),
      layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      layers.conv2d(conv),
      layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      layers.flatten(),
      layers.dense({ ...drawnLater, units: SIZE, activation: 'relu', name: FEATURES }),
      layers.dense({ ...drawnLater, units: DIGITS, name: 'fc4' }),
    ],
  });
  initializeWeights(network, { stddev: 0.05, seed });
  return network;
}

/** Builds G_1(z_1, y), which makes features of a label. */
function featureGenerator({ latents }: Sizes): LayersModel {
  const [z, y] = [input({ shape: [latents] }), input({ shape: [DIGITS] })];
  const dense = (units: number) => layers.dense({ ...drawnLater, units, useBias: false });
  const made = through(layers.concatenate().apply([z, y]) as SymbolicTensor, [
    ...[dense(512), ...normalized(), dense(512), ...normalized()],
    layers.dense({ ...drawnLater, units: SIZE, activation: 'relu' }),
  ]);
  return model({ inputs: [z, y], outputs: made, name: 'feature_generator' });
}

/** Builds G_0(z_0, h), which makes images in [0, 1] of features. */
function imageGenerator({ latents, generator: filters }: Sizes): LayersModel {
  const [z, h] = [input({ shape: [latents] }), input({ shape: [SIZE] })];
  const dense = (units: number) => layers.dense({ ...drawnLater, units, useBias: false });
  const plain = { ...drawnLater, kernelSize: 5, useBias: false } as const;
  const half = { ...plain, strides: 2, padding: 2, outputPadding: 1 } as const;
  const code = through(z, [dense(128), ...normalized()]);
  const made = through(layers.concatenate().apply([h, code]) as SymbolicTensor, [
    ...[dense(4 * 4 * filters), ...normalized()],
    layers.reshape({ targetShape: [4, 4, filters] }),
    ...[conv2dTranspose({ ...half, filters }), ...normalized()],
    ...[conv2dTranspose({ ...plain, filters: filters / 2 }), ...normalized()],
    ...[conv2dTranspose({ ...half, filters: filters / 2 }), ...normalized()],
    conv2dTranspose({ ...drawnLater, filters: 1, kernelSize: 5 }),
    layers.activation({ activation: 'sigmoid' }),
  ]);
  return model({ inputs: [z, h], outputs: made, name: 'image_generator' });
}

/** Builds a discriminator and its Q: a logit, and an estimate of z in [0, 1], from the same hidden units. */
function discriminator(
  name: string,
  latents: number,
  x: SymbolicTensor,
  trunk: readonly layers.Layer[],
): LayersModel {
  const hidden = through(x, trunk);
  const head = (units: number, options: { activation?: 'sigmoid' }) =>
    layers.dense({ ...drawnLater, ...options, units }).apply(hidden) as SymbolicTensor;
  const outputs = [head(1, {}), head(latents, { activation: 'sigmoid' })];
  return model({ inputs: x, outputs, name });
}

const leaky = () => leakyReLU({ negativeSlope: 0.2 });
const hiddenUnits = () => [layers.dense({ ...drawnLater, units: SIZE }), leaky()];

/** Builds D_1 and Q_1 of features. */
const featureDiscriminator = ({ latents }: Sizes): LayersModel =>
  discriminator('feature_discriminator', latents, input({ shape: [SIZE] }), [
    ...hiddenUnits(),
    ...hiddenUnits(),
  ]);

/** Builds D_0 and Q_0 of images. */
function imageDiscriminator({ latents, discriminator: filters }: Sizes): LayersModel {
  const half = (filters: number) => [
    conv2d({ ...drawnLater, filters, kernelSize: 5, strides: 2, padding: 2 }),
    leaky(),
  ];
  return discriminator('image_discriminator', latents, input({ shape: [SIDE, SIDE, 1] }), [
    ...[...half(filters), ...half(2 * filters), ...half(4 * filters)],
    ...[layers.flatten(), ...hiddenUnits()],
  ]);
}

/** Builds the two levels of the stack: images of features, features of labels. */
export function buildLevels(sizes: Sizes, seed: number): StackLevel[] {
  const levels = [
    { generator: imageGenerator(sizes), discriminator: imageDiscriminator(sizes) },
    { generator: featureGenerator(sizes), discriminator: featureDiscriminator(sizes) },
  ];
  levels.forEach(({ generator, discriminator }, i) => {
    // the authors' 0.02 for both, but discriminators without normalization began to learn late with it
    initializeWeights(generator, { stddev: 0.02, seed: 4 * seed + 2 * i });
    initializeWeights(discriminator, { stddev: 0.05, seed: 4 * seed + 2 * i + 1 });
  });
  return levels;
}
