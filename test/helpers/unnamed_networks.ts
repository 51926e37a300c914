import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { dropout } from '../../src/layers/dropout.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { recompute } from '../../src/layers/recompute.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';

/** Makes a network from vectors [4] to samples [6, 2]; no layer has a name, only one of two inner models has one. */
export function unnamedGenerator(seed = 0): LayersModel {
  const model = sequential({
    layers: [
      layers.dense({ units: 12, inputShape: [4] }),
      batchNormalization(),
      layers.leakyReLU({ alpha: 0.2 }),
      dropout({ rate: 0.25, seed: 1 }),
      sequential({ layers: [layers.dense({ units: 12, inputShape: [12] }), layers.reLU()] }),
      sequential({
        name: 'trunk',
        layers: [layers.dense({ units: 12, inputShape: [12] }), dropout({ rate: 0.25, seed: 2 })],
      }),
      recompute([layers.dense({ units: 12 }), layers.leakyReLU({ alpha: 0.1 })]),
      layers.dense({ units: 12, activation: 'tanh' }),
      layers.reshape({ targetShape: [6, 2] }),
    ],
  });
  initializeWeights(model, { stddev: 0.5, seed });
  return model;
}

/** Makes a network from samples [6, 2] to logits, with layers inside wrappers. */
export function unnamedCritic(seed = 0): LayersModel {
  const model = sequential({
    layers: [
      layers.timeDistributed({ layer: dropout({ rate: 0.25, seed: 3 }), inputShape: [6, 2] }),
      layers.timeDistributed({ layer: layers.dense({ units: 3 }) }),
      layers.flatten(),
      spectralNormalization({ layer: layers.dense({ units: 8 }) }),
      layers.leakyReLU({ alpha: 0.2 }),
      spectralNormalization({ layer: layers.dense({ units: 8 }) }),
      layers.dense({ units: 1 }),
    ],
  });
  initializeWeights(model, { stddev: 0.5, seed: seed + 1 });
  return model;
}
