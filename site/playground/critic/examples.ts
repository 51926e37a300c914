import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { leakyReLU, projection } from 'gan-kit/layers';
import { dcganDiscriminator } from 'gan-kit/models';
import type { ExampleName } from './example_names.js';

const MAKERS: Readonly<Record<ExampleName, () => LayersModel>> = {
  dcgan: () => dcganDiscriminator({ imageShape: [16, 16, 3], filters: 4 }),
  spectral: () => dcganDiscriminator({ imageShape: [16, 16, 3], filters: 4, spectralNorm: true }),
  projection: () => {
    const image = input({ shape: [6], name: 'features' });
    const label = input({ shape: [1], dtype: 'int32', name: 'label' });
    const hidden = layers.dense({ units: 12, name: 'hidden' }).apply(image);
    const slope = leakyReLU({ name: 'hidden_act' }).apply(hidden) as SymbolicTensor;
    const score = projection({ classes: 10, name: 'score' }).apply([slope, label]);
    return model({
      inputs: [image, label],
      outputs: score as SymbolicTensor,
      name: 'projection_discriminator',
    });
  },
  stock: () =>
    sequential({
      name: 'critic',
      layers: [
        layers.conv2d({ filters: 6, kernelSize: 3, inputShape: [10, 10, 1], name: 'conv1' }),
        layers.leakyReLU({ name: 'conv1_act' }),
        layers.averagePooling2d({ poolSize: 2, padding: 'same', name: 'pool' }),
        layers.conv2d({ filters: 8, kernelSize: 3, activation: 'elu', name: 'conv2' }),
        layers.globalMaxPooling2d({ name: 'largest' }),
        layers.dense({ units: 1, name: 'score' }),
      ],
    }),
  fault: () =>
    sequential({
      name: 'class_critic',
      layers: [
        layers.dense({ units: 16, inputShape: [8], activation: 'tanh', name: 'hidden' }),
        layers.dense({ units: 10, activation: 'logSoftmax' as 'softmax', name: 'classes' }),
      ],
    }),
};

/** Writes an example as text, as a visitor would by `model.toJSON`. */
export function exampleText(name: ExampleName): string {
  const made = MAKERS[name]();
  try {
    return JSON.stringify(made.toJSON(null, false), null, 2);
  } finally {
    made.dispose();
  }
}
