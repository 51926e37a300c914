import { argMax, dispose } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Classifier } from '../mnist/classifier.js';
import { DIGITS } from './recipe.js';

/** The share of images in which a classifier sees the requested digit. */
export interface Agreement {
  /** The share over all images. */
  readonly share: number;
  /** The share over the images of each digit. */
  readonly byDigit: number[];
}

/** Counts the images in which the classifier sees the requested digit. */
export async function agreementOf(
  classifier: Classifier,
  images: Tensor4D,
  asked: Uint8Array,
): Promise<Agreement> {
  const { features, logits } = classifier.evaluate(images);
  const verdicts = argMax(logits, 1);
  const seen = await verdicts.data();
  dispose([features, logits, verdicts]);
  const share = (of: (digit: number) => boolean) => {
    const places = [...asked.keys()].filter((i) => of(asked[i]!));
    return places.filter((i) => seen[i] === asked[i]).length / places.length;
  };
  return {
    share: share(() => true),
    byDigit: Array.from({ length: DIGITS }, (_, digit) => share((one) => one === digit)),
  };
}
