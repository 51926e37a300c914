import { ones } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  batchNormalization,
  gaussianNoise,
  namedWeights,
  weightNormalization,
} from 'gan-kit/layers';
import { initializeWeights } from 'gan-kit/models';

/** The pixels of an image, in [0, 1] as for the authors. */
export const PIXELS = 784;
export const CLASSES = 10;
export const LATENTS = 100;
/** The discriminator's layer that the generator matches: before its noise. */
export const FEATURES = 'features';

/**
 * Builds the authors' generator for MNIST, of 694,568 weights.
 *
 * @param divisor What the widths are divided by.
 */
export function generatorNetwork(seed: number, divisor = 1): LayersModel {
  const width = Math.ceil(500 / divisor);
  const dense = (units: number, number: number, options: object = {}) =>
    layers.dense({
      ...{ units, name: `dense${number}`, ...options },
      kernelInitializer: initializers.glorotUniform({ seed: 10 * seed + number }),
    });
  const hidden = (number: number, options: object = {}) => [
    dense(width, number, { useBias: false, ...options }),
    batchNormalization({ scale: false }),
    layers.activation({ activation: 'softplus' }),
  ];
  const image = weightNormalization({ layer: dense(PIXELS, 3) });
  const model = sequential({
    layers: [
      ...[...hidden(1, { inputShape: [LATENTS] }), ...hidden(2), image],
      layers.activation({ activation: 'sigmoid' }),
    ],
  });
  const lengths = namedWeights(model).find(({ path }) => path.endsWith('_g'))!;
  const unit = ones([PIXELS]);
  lengths.variable.write(unit);
  unit.dispose();
  return model;
}

/**
 * Builds the authors' classifier for MNIST, of 1,538,770 trained weights: noise on the image and after each layer, whose
 * lengths are fixed. `initializeByData` sets them.
 *
 * @param divisor What the widths are divided by.
 */
export function classifierNetwork(seed: number, divisor = 1): LayersModel {
  const normed = (units: number, name: string, lengths: 'trained' | 'fixed') =>
    weightNormalization({ layer: layers.dense({ units, name }), lengths });
  const model = sequential({
    layers: [
      gaussianNoise({ stddev: 0.3, seed: 100 * seed, inputShape: [PIXELS], name: 'noise0' }),
      ...[1000, 500, 250, 250, 250].flatMap((units, i, { length }) => [
        normed(Math.ceil(units / divisor), `dense${i + 1}`, 'fixed'),
        layers.activation({
          activation: 'relu',
          name: i === length - 1 ? FEATURES : `relu${i + 1}`,
        }),
        gaussianNoise({ stddev: 0.5, seed: 100 * seed + i + 1, name: `noise${i + 1}` }),
      ]),
      normed(CLASSES, 'classes', 'trained'),
    ],
  });
  initializeWeights(model, { stddev: 0.1, seed });
  return model;
}
