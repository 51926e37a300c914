import type { Tensor4D } from '@tensorflow/tfjs-core';
import { agreementOf } from '../labelled_digits/agreement.js';
import type { Classifier } from '../mnist/classifier.js';
import type { Judge, Scores } from '../mnist/scores.js';

/** A classifier, and the judge that scores by it. */
export interface Jury {
  readonly classifier: Classifier;
  readonly judge: Judge;
}

/** The scores of images that were asked for by digit. */
export interface ClassScores extends Scores {
  /** Share in which the classifier sees the digit asked for. */
  readonly share: number;
}

/** Scores digits of 28 × 28; those asked for must not be sorted, since a split of the score needs all ten. */
export async function scoresOf(
  digits: Tensor4D,
  asked: Uint8Array,
  { classifier, judge }: Jury,
  splits = 5,
): Promise<ClassScores> {
  const { share } = await agreementOf(classifier, digits, asked);
  return { ...(await judge.judge(digits, splits)), share };
}
