import { argMax, dispose, mean, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { softmaxCrossEntropy } from 'gan-kit/ops';
import { adam } from 'gan-kit/training';
import { imageTensor, range } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';
import { progressBar } from '../progress.js';
import { bright, brightBatch } from './images.js';

const BATCH = 100;
const RATE = 2e-3;

/** Trains a classifier on one epoch of the labelled images, at a rate that falls to 0. */
export async function trainEncoder(
  encoder: LayersModel,
  images: Images,
  seed: number,
  steps = Math.floor(images.count / BATCH),
): Promise<void> {
  const variables = encoder.trainableWeights.map((weight) => weight.read() as Variable);
  const optimizer = adam({ learningRate: RATE, beta1: 0.9 });
  const bar = progressBar('{bar} {value}/{total} | encoder {loss} | {eta_formatted} left');
  bar.start(steps, 0, { loss: '–' });
  for (let step = 0; step < steps; step++) {
    optimizer.learningRate = RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
    const { real, condition: labels } = brightBatch(images, BATCH, seed, step);
    const { value, grads } = tidy(() =>
      variableGrads(() => {
        const logits = encoder.apply(real, { training: true }) as Tensor;
        return mean<Scalar>(softmaxCrossEntropy({ labels, logits }));
      }, variables),
    );
    optimizer.applyGradients(grads);
    bar.update(step + 1, { loss: (await value.data())[0]!.toFixed(3) });
    dispose([real, labels, value, grads]);
  }
  bar.stop();
  optimizer.dispose();
}

/** Returns the share of images whose digit a classifier names rightly. */
export async function accuracyOf(encoder: LayersModel, images: Images): Promise<number> {
  let right = 0;
  for (let first = 0; first < images.count; first += 500) {
    const count = Math.min(500, images.count - first);
    const guesses = tidy(() => {
      const shown = bright(imageTensor(images, range(first, count)));
      return argMax(encoder.predict(shown) as Tensor2D, 1);
    });
    const found = await guesses.data();
    found.forEach((digit, i) => (right += digit === images.digits[first + i] ? 1 : 0));
    guesses.dispose();
  }
  return right / images.count;
}
