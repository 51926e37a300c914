import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadBackend } from 'gan-kit';
import { encodeStatisticsNPZ } from 'gan-kit/metrics';
import { SIZE } from '../../examples/mnist/data.js';
import { readClassifier, WEIGHTS } from '../../examples/mnist/read_classifier.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { Judge } from '../../examples/mnist/scores.js';
import { IMAGES_IN_FILE } from '../../site/playground/digits/unpack_images.js';
import { ROOT } from './addresses.js';
import { packImages } from './pack_images.js';

const TO = resolve(ROOT, 'site/public/mnist');

/** Makes what the page of digits loads: the training images, the classifier, and its statistics of the test images. */
export async function makeDigits(): Promise<void> {
  mkdirSync(TO, { recursive: true });
  copyFileSync(WEIGHTS, resolve(TO, 'classifier.safetensors'));
  const { count, pixels, digits } = readMnist('train');
  for (let first = 0; first < count; first += IMAGES_IN_FILE) {
    const end = first + IMAGES_IN_FILE;
    const part = {
      count: IMAGES_IN_FILE,
      pixels: pixels.subarray(first * SIZE, end * SIZE),
      digits: digits.subarray(first, end),
    };
    writeFileSync(resolve(TO, `train-${first / IMAGES_IN_FILE}.bin`), packImages(part));
  }
  await loadBackend({ prefer: ['wasm'] });
  const { reference } = await Judge.create(readClassifier(), readMnist('t10k'));
  writeFileSync(resolve(TO, 'test_statistics.npz'), encodeStatisticsNPZ(reference));
}
