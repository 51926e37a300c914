import { readFileSync } from 'node:fs';
import { Classifier } from './classifier.js';

/** The file of the trained weights, which `train_classifier.ts` writes. */
export const WEIGHTS = new URL('./weights/classifier.safetensors', import.meta.url);

/** Reads the trained classifier. */
export const readClassifier = (): Classifier =>
  new Classifier(new Uint8Array(readFileSync(WEIGHTS)));
