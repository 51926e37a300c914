import { oneHot, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { leakyReLU } from '../../src/layers/leaky_relu.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import type { StackLevel } from '../../src/training/systems/stacked_gan_options.js';

/** The stack of tools/parity/stacked_gan.py: sizes of images and features, and the number of classes. */
export const SIZES = { images: 6, h1: 5, h2: 4, classes: 3 } as const;
type Feature = 'h1' | 'h2';

const dense = (units: number, name: string, useBias = true) =>
  layers.dense({ units, name, useBias });
const tanh = (name: string) => layers.activation({ activation: 'tanh', name });

/** Draws weights, if there is a seed. */
function drawn(network: LayersModel, seed: number | undefined): LayersModel {
  if (seed !== undefined) initializeWeights(network, { stddev: 0.5, seed });
  return network;
}

/** A classifier of the features h1 and h2; the last activation of it is chosen. */
export const tinyEncoder = (seed?: number, activation: 'linear' | 'softmax' = 'linear') =>
  drawn(
    sequential({
      layers: [
        layers.dense({ units: SIZES.h1, inputShape: [SIZES.images], name: 'in1' }),
        tanh('h1'),
        ...[dense(SIZES.h2, 'in2'), tanh('h2')],
        layers.dense({ units: SIZES.classes, activation, name: 'classes' }),
      ],
    }),
    seed,
  );

/** G(z, h), with batch normalization. */
export function tinyGenerator(latents: number, condition: number, size: number, seed?: number) {
  const [z, h] = [input({ shape: [latents] }), input({ shape: [condition] })];
  const both = layers.concatenate({ name: 'both' }).apply([z, h]);
  const inner = dense(7, 'inner', false).apply(both);
  const normalized = batchNormalization({ epsilon: 1e-6, name: 'norm' }).apply(inner);
  const active = layers.reLU({ name: 'act' }).apply(normalized);
  const out = dense(size, 'out').apply(active);
  const made = tanh('tanh').apply(out) as SymbolicTensor;
  return drawn(model({ inputs: [z, h], outputs: made }), seed);
}

/** D and Q. */
export function tinyDiscriminator(size: number, latents: number, seed?: number) {
  const x = input({ shape: [size] });
  const inner = dense(6, 'trunk').apply(x);
  const shared = leakyReLU({ negativeSlope: 0.2, name: 'act' }).apply(inner);
  const logit = dense(1, 'logit').apply(shared) as SymbolicTensor;
  const code = layers.dense({ units: latents, activation: 'sigmoid', name: 'code' }).apply(shared);
  return drawn(model({ inputs: x, outputs: [logit, code as SymbolicTensor] }), seed);
}

/** The levels over features of the encoder. */
export function tinyLevels(
  features: readonly Feature[],
  latents: readonly number[],
  seed?: number,
): StackLevel[] {
  const sizes = [SIZES.images, ...features.map((name) => SIZES[name]), SIZES.classes];
  const at = (k: number) => (seed === undefined ? undefined : 10 * seed + k);
  return sizes.slice(0, -1).map((size, i) => ({
    generator: tinyGenerator(latents[i]!, sizes[i + 1]!, size, at(2 * i)),
    discriminator: tinyDiscriminator(size, latents[i]!, at(2 * i + 1)),
  }));
}

/** Labels as rows of the top generator. */
export const rows = (labels: readonly number[]): Tensor =>
  tidy(() => oneHot(tensor1d([...labels], 'int32'), SIZES.classes, 1, 0, 'float32'));
