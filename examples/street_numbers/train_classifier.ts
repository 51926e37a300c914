/**
 * Trains the classifier of street numbers that measures the agreement, and writes its weights. The classifier
 * of digits is that of examples/mnist.
 *
 *   npx tsx examples/street_numbers/train_classifier.ts [steps] [seed]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import {
  argMax,
  dispose,
  losses,
  oneHot,
  tensor1d,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { loadBackend } from 'gan-kit';
import type { StateArray } from 'gan-kit';
import { encodeSafetensors } from 'gan-kit/io';
import { namedWeights } from 'gan-kit/layers';
import { adam, shuffledBatch } from 'gan-kit/training';
import { range } from '../mnist/data.js';
import { readMnist } from '../mnist/read_mnist.js';
import { buildClassifier, WEIGHTS } from './classifier.js';
import { drawStreet, part, streetTensor } from './domains.js';

const [steps, seed] = [process.argv[2] ?? 3000, process.argv[3] ?? 0].map(Number) as [
  number,
  number,
];
const BATCH = 64;
const RATE = 3e-3;
// after two epochs new images are drawn, with other colours and other neighbours
const IMAGES = 6000;
const STEPS_OF_ONE_DRAW = 2 * Math.floor(IMAGES / BATCH);
// seeds 1 and 2 are those of the training and the held-out data of the translation
const FIRST_SEED = 100;

const { name } = await loadBackend();
const train = readMnist('train');
const network = buildClassifier(seed);
const variables = network.trainableWeights.map((weight) => weight.read() as Variable);
const optimizer = adam({ learningRate: RATE, beta1: 0.9 });

let images = await drawn(0);
for (let step = 0; step < steps; step++) {
  const draw = Math.floor(step / STEPS_OF_ONE_DRAW);
  if (draw > 0 && step % STEPS_OF_ONE_DRAW === 0) images = await drawn(draw);
  optimizer.learningRate = RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
  const places = shuffledBatch({ count: images.count, batchSize: BATCH, seed, index: step });
  const x = streetTensor(images, places);
  const digits = Int32Array.from(places, (place) => images.digits[place]!);
  const { value, grads } = variableGrads(() => {
    const logits = network.apply(x, { training: true }) as Tensor2D;
    return losses.softmaxCrossEntropy<Tensor, Scalar>(
      oneHot(tensor1d(digits, 'int32'), 10),
      logits,
    );
  }, variables);
  optimizer.applyGradients(grads);
  if (step % 100 === 0)
    console.log(`${name} ${step}/${steps} loss ${(await value.data())[0]!.toFixed(4)}`);
  dispose([x, value, grads]);
}

const test = await drawStreet(readMnist('t10k'), 2);
let right = 0;
for (let first = 0; first < test.count; first += 500) {
  const guesses = tidy(() =>
    argMax(network.predict(streetTensor(test, range(first, 500))) as Tensor2D, 1),
  );
  (await guesses.data()).forEach((guess, i) => (right += guess === test.digits[first + i] ? 1 : 0));
  guesses.dispose();
}
console.log(`test accuracy ${((100 * right) / test.count).toFixed(2)} % of ${test.count}`);

const tensors: Record<string, StateArray> = {};
for (const { path, variable } of namedWeights(network))
  tensors[path] = {
    shape: variable.shape as number[],
    data: (await variable.read().data()) as Float32Array,
  };
mkdirSync(new URL('.', WEIGHTS), { recursive: true });
const bytes = encodeSafetensors({
  tensors,
  metadata: { accuracy: String(right / test.count), seed: String(seed) },
});
writeFileSync(WEIGHTS, bytes);
console.log(`${Math.round(bytes.length / 1000)} kB written`);

/** Draws the next tenth of MNIST's training images as street numbers. */
async function drawn(draw: number) {
  const first = (draw * IMAGES) % train.count;
  return drawStreet(part(train, first, IMAGES), FIRST_SEED + draw);
}
