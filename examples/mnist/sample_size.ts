/**
 * Shows how scores depend on the number of images: the classifier score and the Fréchet distance of real test
 * images, which are perfect samples, by their number and by the number of splits.
 *
 *   npx tsx examples/mnist/sample_size.ts [out]
 */
import { join } from 'node:path';
import { loadBackend } from 'gan-kit';
import { FeatureStatistics, frechetDistance, inceptionScore } from 'gan-kit/metrics';
import type { HostRows } from 'gan-kit/metrics';
import { writeFileAtomic, writeReport } from 'gan-kit/node';
import type { ReportTable } from 'gan-kit/node';
import { shuffledBatch } from 'gan-kit/training';
import type { Classifier } from './classifier.js';
import { readClassifier } from './read_classifier.js';
import { imageTensor, range } from './data.js';
import type { Images } from './data.js';
import { readMnist } from './read_mnist.js';

const COUNTS = [256, 512, 1024, 2048, 5000];
const SPLITS = [1, 5, 10];
/** The number of sets of images that are drawn of each size. */
const DRAWS = 20;
const SEED = 0;

/** The classifier's outputs for images, in host memory. */
interface Answers {
  readonly features: HostRows;
  readonly logits: HostRows;
}

async function answersOf(classifier: Classifier, images: Images): Promise<Answers> {
  const batch = imageTensor(images, range(0, images.count));
  const { features, logits } = classifier.evaluate(batch);
  const answers = {
    features: { data: (await features.data()) as Float32Array, shape: features.shape },
    logits: { data: (await logits.data()) as Float32Array, shape: logits.shape },
  };
  for (const tensor of [batch, features, logits]) tensor.dispose();
  return answers;
}

/** Copies some rows of a matrix. */
function take({ data, shape }: HostRows, places: ArrayLike<number>): HostRows {
  const columns = shape[1]!;
  const rows = new Float32Array(places.length * columns);
  for (let n = 0; n < places.length; n++) {
    const start = places[n]! * columns;
    rows.set(data.subarray(start, start + columns), n * columns);
  }
  return { data: rows, shape: [places.length, columns] };
}

/**
 * Estimates the difference between the logarithms of the score of all images and that of a split of m images.
 *
 * The logarithm of the score is H(q) − mean H(p), where q is the mean of the p. For m images q is only an
 * estimate, and entropy is concave, so the entropy of the estimate is lower, to first order by
 * `Σₖ Var(pₖ) / (2 m qₖ)`. This is (K − 1) / 2m if the classifier is certain about each image.
 */
function shortfall({ data, shape }: HostRows, m: number): number {
  const [rows, classes] = shape as [number, number];
  const mean = new Float64Array(classes);
  const square = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    const logits = Array.from(data.subarray(row * classes, (row + 1) * classes));
    const largest = Math.max(...logits);
    const p = logits.map((logit) => Math.exp(logit - largest));
    const total = p.reduce((a, b) => a + b);
    p.forEach((value, k) => {
      mean[k]! += value / total / rows;
      square[k]! += (value / total) ** 2 / rows;
    });
  }
  return mean.reduce((sum, q, k) => sum + (square[k]! - q * q) / (2 * m * q), 0);
}

function spread(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, std: Math.sqrt(variance) };
}

await loadBackend();
const classifier = readClassifier();
const test = await answersOf(classifier, readMnist('t10k'));
const train = new FeatureStatistics();
await train.update((await answersOf(classifier, readMnist('train'))).features);
const { mean: whole } = await inceptionScore(test.logits, { splits: 1 });
console.log(`all 10,000 test images in one split: ${whole.toFixed(3)}`);

const draw = (count: number, k: number) =>
  shuffledBatch({ count: test.logits.shape[0]!, batchSize: count, index: k, seed: SEED });
const scores: string[][] = [];
const distances: string[][] = [];
const curves = SPLITS.map((splits) => ({ name: `${splits} splits`, y: [] as number[] }));
for (const count of COUNTS) {
  for (const [i, splits] of SPLITS.entries()) {
    const found: { mean: number; std: number }[] = [];
    for (let k = 0; k < DRAWS; k++)
      found.push(await inceptionScore(take(test.logits, draw(count, k)), { splits }));
    const { mean, std } = spread(found.map((score) => score.mean));
    const expected = whole * Math.exp(-shortfall(test.logits, count / splits));
    scores.push([
      ...[String(count), String(splits)],
      ...[
        `${mean.toFixed(2)} ± ${std.toFixed(2)}`,
        spread(found.map((s) => s.std)).mean.toFixed(2),
      ],
      expected.toFixed(2),
    ]);
    curves[i]!.y.push(mean);
  }
  const found: number[] = [];
  for (let k = 0; k < DRAWS; k++) {
    const statistics = new FeatureStatistics();
    await statistics.update(take(test.features, draw(count, k)));
    found.push(await frechetDistance(statistics, train));
  }
  const { mean, std } = spread(found);
  distances.push([String(count), `${mean.toFixed(2)} ± ${std.toFixed(2)}`]);
  console.log(`${count} images of ${COUNTS.at(-1)}`);
}
const tables: ReportTable[] = [
  {
    title: `Classifier score of real test images, ${DRAWS} sets each`,
    columns: ['images', 'splits', 'score over the sets', 'deviation over the splits', 'expected'],
    rows: scores,
  },
  {
    title: 'Fréchet distance of real test images to the training images',
    columns: ['images', 'distance over the sets'],
    rows: distances,
  },
];
const text = tables.map(({ title, columns, rows }) =>
  [
    `### ${title}\n\n| ${columns.join(' | ')} |\n|${columns.map(() => ' --- |').join('')}`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n'),
);
console.log(`\n${text.join('\n\n')}`);
const out = process.argv[2] ?? 'runs/sample_size';
await writeFileAtomic(join(out, 'tables.md'), `${text.join('\n\n')}\n`);
await writeReport(join(out, 'report.html'), {
  title: 'Scores and the number of images',
  subtitle: `real MNIST test images; all of them in one split: ${whole.toFixed(3)}`,
  curves: [
    {
      title: 'Classifier score by the number of images',
      ...{ xLabel: 'images', yLabel: 'classifier score' },
      series: curves.map((series) => ({ ...series, x: COUNTS })),
    },
  ],
  tables,
});
console.log(`report: ${join(out, 'report.html')}`);
