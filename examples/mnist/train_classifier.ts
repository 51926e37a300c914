/**
 * Trains the classifier that the scores use, and writes its weights.
 *
 *   npx tsx examples/mnist/train_classifier.ts [epochs] [seed]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dispose, losses, oneHot, tensor1d, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { loadBackend } from 'gan-kit';
import { encodeSafetensors } from 'gan-kit/io';
import type { StateArray } from 'gan-kit';
import { namedWeights } from 'gan-kit/layers';
import { adam, shuffledBatch } from 'gan-kit/training';
import { buildClassifier } from './classifier.js';
import { imageTensor, range } from './data.js';
import { WEIGHTS } from './read_classifier.js';
import { readMnist } from './read_mnist.js';

const [epochs, seed] = [process.argv[2] ?? 4, process.argv[3] ?? 0].map(Number) as [number, number];
const BATCH = 100;
const RATE = 2e-3;

const { name } = await loadBackend();
const train = readMnist('train');
const test = readMnist('t10k');
const network = buildClassifier(seed);
const variables = network.trainableWeights.map((weight) => weight.read() as Variable);
const optimizer = adam({ learningRate: RATE, beta1: 0.9 });
const steps = Math.floor((epochs * train.count) / BATCH);

for (let step = 0; step < steps; step++) {
  optimizer.learningRate = RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
  const places = shuffledBatch({ count: train.count, batchSize: BATCH, seed, index: step });
  const x = imageTensor(train, places);
  const digits = Int32Array.from(places, (place) => train.digits[place]!);
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

let right = 0;
for (let first = 0; first < test.count; first += 500) {
  const guesses = tidy(() => network.predict(imageTensor(test, range(first, 500))) as Tensor2D);
  const rows = await guesses.array();
  rows.forEach(
    (row, i) => (right += row.indexOf(Math.max(...row)) === test.digits[first + i] ? 1 : 0),
  );
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
