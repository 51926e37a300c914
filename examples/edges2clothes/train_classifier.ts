/**
 * Trains the classifier that the scores use, and writes its weights.
 *
 *   npx tsx examples/edges2clothes/train_classifier.ts [epochs] [seed] [folder of Fashion-MNIST]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { argMax, dispose, mean, tensor2d, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { loadBackend } from 'gan-kit';
import type { StateArray } from 'gan-kit';
import { encodeSafetensors } from 'gan-kit/io';
import { namedWeights } from 'gan-kit/layers';
import { softmaxCrossEntropy } from 'gan-kit/ops';
import { adam, shuffledBatch } from 'gan-kit/training';
import { buildClassifier, WEIGHTS } from './classifier.js';
import { CLASSES, dataFolder, readFashion } from './fashion.js';
import { photoBatch, range } from './pairs.js';

const [epochs, seed] = [process.argv[2] ?? 6, process.argv[3] ?? 0].map(Number) as [number, number];
const folder = dataFolder(process.argv[4]);
const BATCH = 100;
const RATE = 2e-3;

const { name } = await loadBackend();
const train = readFashion('train', folder);
const test = readFashion('t10k', folder);
const network = buildClassifier(seed);
const variables = network.trainableWeights.map((weight) => weight.read() as Variable);
const optimizer = adam({ beta1: 0.9 });
const steps = Math.floor((epochs * train.count) / BATCH);
const began = performance.now();

for (let step = 0; step < steps; step++) {
  optimizer.learningRate = RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
  const places = shuffledBatch({ count: train.count, batchSize: BATCH, seed, index: step });
  const photos = photoBatch(train, places);
  const labels = oneHot(Uint8Array.from(places, (place) => train.classes[place]!));
  const { value, grads } = variableGrads(() => {
    const logits = network.apply(photos, { training: true }) as Tensor2D;
    return mean<Scalar>(softmaxCrossEntropy({ labels, logits }));
  }, variables);
  optimizer.applyGradients(grads);
  if (step % 100 === 0)
    console.log(`${name} ${step}/${steps} loss ${(await value.data())[0]!.toFixed(4)}`);
  dispose([photos, labels, value]);
  dispose(grads);
}
console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`);

let right = 0;
for (let first = 0; first < test.count; first += 500) {
  const guesses = tidy(() =>
    argMax(network.predict(photoBatch(test, range(first, 500))) as Tensor2D, 1),
  );
  (await guesses.data()).forEach((guess, i) => {
    if (guess === test.classes[first + i]) right++;
  });
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

function oneHot(classes: Uint8Array): Tensor2D {
  const rows = new Float32Array(classes.length * CLASSES.length);
  classes.forEach((label, row) => (rows[row * CLASSES.length + label] = 1));
  return tensor2d(rows, [classes.length, CLASSES.length]);
}
