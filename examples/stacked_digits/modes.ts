import { argMax, dispose } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { classifierConfidence, modeCoverage } from 'gan-kit/metrics';
import type { Classifier } from '../mnist/classifier.js';
import { digitsOf } from './images.js';

/** Number of modes: all threes of digits. */
export const MODES = 1000;

/** The modes that a classifier sees in images. */
export interface Modes {
  /** Number of modes with at least one image. */
  readonly modes: number;
  /** KL(images ‖ uniform) in nats. */
  readonly kl: number;
  /** Share of single digits for which the classifier's confidence is at least 90 %. */
  readonly confident: number;
}

/**
 * Counts the modes of images `[n, 28, 28, 3]` as PacGAN does: the classifier names the digit in each channel.
 *
 * @param batches Parts of the images, each of which is disposed of once it is counted.
 */
export async function modesOf(classifier: Classifier, batches: Iterable<Tensor4D>): Promise<Modes> {
  const predictions: number[] = [];
  let confident = 0;
  for (const images of batches) {
    const digits = digitsOf(images);
    const { features, logits } = classifier.evaluate(digits);
    const classes = argMax(logits, 1);
    const seen = await classes.data();
    for (let i = 0; i < seen.length; i += 3)
      predictions.push(100 * seen[i]! + 10 * seen[i + 1]! + seen[i + 2]!);
    const { share } = await classifierConfidence(logits, { threshold: 0.9 });
    confident += share * seen.length;
    dispose([images, digits, features, logits, classes]);
  }
  const found = await modeCoverage({ predictions: Int32Array.from(predictions), modes: MODES });
  const { modes, reverseKL: kl } = found;
  return { modes, kl, confident: confident / (3 * predictions.length) };
}
