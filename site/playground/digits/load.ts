import { decodeStatisticsNPZ } from 'gan-kit/metrics';
import { Classifier } from '../../../examples/mnist/classifier.js';
import { firstImages } from '../../../examples/mnist/data.js';
import type { Images } from '../../../examples/mnist/data.js';
import { Scorer } from '../../../examples/mnist/scores.js';
import { IMAGES_IN_FILE, joinImages, unpackImages } from './unpack_images.js';

async function load(name: string): Promise<Uint8Array> {
  const response = await fetch(`${import.meta.env.BASE_URL}mnist/${name}`);
  if (!response.ok) throw new Error(`${name} could not be loaded: ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The files that were loaded. */
const parts: Promise<Images>[] = [];

/** Loads the first training images of MNIST, in files of 10,000. */
export async function loadImages(count: number): Promise<Images> {
  for (let i = parts.length; i < count / IMAGES_IN_FILE; i++)
    parts.push(load(`train-${i}.bin`).then(unpackImages));
  try {
    return firstImages(joinImages(await Promise.all(parts)), count);
  } catch (error) {
    parts.length = 0; // so that another try loads them
    throw error;
  }
}

/** Loads the classifier of the scores. */
export async function loadScorer(): Promise<Scorer> {
  const [weights, statistics] = await Promise.all([
    load('classifier.safetensors'),
    load('test_statistics.npz'),
  ]);
  return new Scorer(new Classifier(weights), decodeStatisticsNPZ(statistics));
}
