import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ModelOf } from 'gan-kit';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { spectralNormalization } from 'gan-kit/layers';
import { hinge } from 'gan-kit/losses';
import { dcganDiscriminator, dcganGenerator, initializeWeights } from 'gan-kit/models';
import { adam, createGAN } from 'gan-kit/training';
import type { GAN } from 'gan-kit/training';
import { SIDE } from '../mnist/data.js';

/** The number of digits. */
export const DIGITS = 10;

const LATENTS = 16;
// the networks and rates of `npm run demo`
const COMMON = { imageShape: [SIDE, SIDE, 1] as const, form: 'paper' as const, kernelSize: 5 };

/** Builds G(z, y): DCGAN's generator of the latent vector joined with the label. */
export function labelledGenerator(seed: number): ModelOf<Tensor4D> {
  const z = input({ shape: [LATENTS], name: 'latents' });
  const y = input({ shape: [DIGITS], name: 'label' });
  const both = layers.concatenate({ name: 'both' }).apply([z, y]) as SymbolicTensor;
  const network = dcganGenerator({ ...COMMON, filters: 32, latentSize: LATENTS + DIGITS, seed });
  return model({
    inputs: [z, y],
    outputs: network.apply(both) as SymbolicTensor,
    name: 'labelled_generator',
  }) as ModelOf<Tensor4D>;
}

/**
 * Builds D(x, y) = ψ(φ(x)) + yᵀ V φ(x) of Miyato and Koyama 2018, arXiv 1802.05637, equation 3; V is spectrally
 * normalized too.
 */
export function projectionDiscriminator(seed: number) {
  const base = dcganDiscriminator({
    ...COMMON,
    ...{ filters: 16, layers: 3, spectralNorm: true, seed },
  });
  const features = base.getLayer('flatten').output as SymbolicTensor;
  const y = input({ shape: [DIGITS], name: 'label' });
  const embedding = spectralNormalization({
    layer: layers.dense({
      units: features.shape[1]!,
      useBias: false,
      kernelInitializer: 'zeros',
      name: 'embedding',
    }),
    ...{ seed: seed + 1, name: 'embedding' },
  }).apply(y) as SymbolicTensor;
  const projection = layers.dot({ axes: 1, name: 'projection' }).apply([embedding, features]);
  const network = model({
    inputs: [base.inputs[0]!, y],
    outputs: layers
      .add({ name: 'judged' })
      .apply([base.outputs[0]!, projection as SymbolicTensor]) as SymbolicTensor,
    name: 'projection_discriminator',
  });
  initializeWeights(network, { stddev: 0.02, seed });
  return network;
}

/** Builds the GAN with hinge loss and spectral normalization, as in the paper. */
export const buildGAN = (seed: number): GAN<Tensor4D> =>
  createGAN({
    generator: labelledGenerator(seed),
    discriminator: projectionDiscriminator(seed + 1),
    loss: hinge(),
    optimizers: {
      generator: adam({ learningRate: 4e-3, beta1: 0, beta2: 0.9 }),
      discriminator: adam({ learningRate: 8e-3, beta1: 0, beta2: 0.9 }),
    },
    ema: { decay: 0.999, warmUp: true },
    seed,
  });
