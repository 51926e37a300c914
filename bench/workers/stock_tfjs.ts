/** The contender `stock_tfjs.ts BACKEND`: tfjs without gan-kit, as a user would write it. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StepCase } from '../cases/case_types.js';
import { checkPlainDCGAN28 } from '../cases/cases.js';
import type { Case } from '../cases/cases.js';
import { convolution } from './convolution.js';
import { ADAM, fillWeights, realImages } from './dcgan.js';
import { serve } from './serve.js';
import type { Subject } from './serve.js';

const same = { kernelSize: 5, padding: 'same' } as const;
const relu = () => layers.leakyReLU({ alpha: 0.3 });
const norm = () => layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 });

function networks(): { generator: LayersModel; discriminator: LayersModel } {
  const up = { ...same, useBias: false };
  const generator = sequential({
    layers: [
      layers.dense({ units: 7 * 7 * 256, useBias: false, inputShape: [100] }),
      norm(),
      relu(),
      layers.reshape({ targetShape: [7, 7, 256] }),
      layers.conv2dTranspose({ ...up, filters: 128, strides: 1 }),
      norm(),
      relu(),
      layers.conv2dTranspose({ ...up, filters: 64, strides: 2 }),
      norm(),
      relu(),
      layers.conv2dTranspose({ ...up, filters: 1, strides: 2, activation: 'tanh' }),
    ],
  });
  const discriminator = sequential({
    layers: [
      layers.conv2d({ ...same, filters: 64, strides: 2, inputShape: [28, 28, 1] }),
      relu(),
      layers.conv2d({ ...same, filters: 128, strides: 2 }),
      relu(),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ],
  });
  return { generator, discriminator };
}

function step(one: StepCase): Subject {
  checkPlainDCGAN28(one);
  const { batch, latents } = one;
  const { generator, discriminator } = networks();
  fillWeights(generator, discriminator);
  const real = realImages(one);
  const { learningRate, beta1, beta2, epsilon } = ADAM;
  const optimizers = [0, 1].map(() => tf.train.adam(learningRate, beta1, beta2, epsilon));
  const apply = (model: LayersModel, x: tf.Tensor) =>
    model.apply(x, { training: true }) as tf.Tensor;
  const crossEntropy = (logits: tf.Tensor, label: number): tf.Scalar =>
    tf.losses.sigmoidCrossEntropy(tf.fill(logits.shape, label), logits);
  const variables = (model: LayersModel) =>
    model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const update = (optimizer: tf.Optimizer, model: LayersModel, loss: () => tf.Scalar) => {
    const { value, grads } = tf.variableGrads(loss, variables(model));
    optimizer.applyGradients(grads);
    tf.dispose(grads);
    return value;
  };
  const trainStep = async (z: (k: number) => tf.Tensor): Promise<number[]> => {
    const fake = tf.tidy(() => apply(generator, z(0)));
    const losses = [
      update(optimizers[0]!, discriminator, () =>
        tf.add<tf.Scalar>(
          crossEntropy(apply(discriminator, real), 1),
          crossEntropy(apply(discriminator, fake), 0),
        ),
      ),
      update(optimizers[1]!, generator, () =>
        crossEntropy(apply(discriminator, apply(generator, z(1))), 1),
      ),
    ];
    fake.dispose();
    const read: number[] = [];
    for (const loss of losses) read.push((await loss.data())[0]!);
    tf.dispose(losses);
    return read;
  };
  return {
    run: async () => void (await trainStep(() => tf.randomNormal([batch, 100]))),
    fingerprint: async () => {
      const losses: number[] = [];
      for (let k = 0; k < latents.length; k += 2)
        losses.push(
          ...(await trainStep((which) => tf.tensor([...latents[k + which]!], [batch, 100]))),
        );
      return losses;
    },
    dispose: () => {
      real.dispose();
      generator.dispose();
      discriminator.dispose();
      for (const optimizer of optimizers) optimizer.dispose();
    },
  };
}

await tf.setBackend(process.argv[2]!);
const subject = (one: Case): Subject => {
  if (one.kind === 'convolution') return convolution(one);
  if (one.kind === 'step') return step(one);
  throw new Error(`it is not given ${one.kind}`);
};
await serve(async (one) => subject(one));
