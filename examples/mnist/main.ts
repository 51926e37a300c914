/** The main example: trains a GAN on MNIST, shows its progress, and scores its samples. */
import { nearestNeighborDistance } from 'gan-kit/metrics';
import { interruptSignal } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { readClassifier } from './read_classifier.js';
import { firstImages, imageTensor, range } from './data.js';
import type { Images } from './data.js';
import { readOptions, systemName } from './options.js';
import { readMnist } from './read_mnist.js';
import { percent, writeRunReport } from './report.js';
import type { Verdict } from './report.js';
import { Run } from './run.js';
import { Judge } from './scores.js';
import type { Comparison, Scores } from './scores.js';

const SAMPLES = 2000;

const options = readOptions(process.argv.slice(2));
const backend = await startBackend(options);

const train = firstImages(readMnist('train'), options.images);
const test = readMnist('t10k');
const judge = await Judge.create(readClassifier(), test);
const run = new Run(options, train, judge);
const untrained = await scoresOf(run, 0);
await startOrResume(run, options.resume);

console.log(
  `${systemName(options)}: ${options.steps} steps of ${options.batch} images, seed ${options.seed}; pictures in ${options.out}`,
);
const interrupt = interruptSignal();
await trainToEnd(run, ({ discriminator, generator }) => {
  const { images, seconds } = run.history;
  return `D ${discriminator!.toFixed(3)} | G ${generator!.toFixed(3)} | ${(images / seconds).toFixed(0)} images/s`;
});

const facts = {
  system: systemName(options),
  loss: options.loss,
  normalization: options.norm,
  penalty: options.penalty,
  images: String(options.images),
  batch: String(options.batch),
  seed: String(options.seed),
  backend,
  'images per second': (run.history.images / run.history.seconds).toFixed(0),
  node: process.version,
};
if (interrupt.aborted) {
  const path = await writeRunReport(run, facts, undefined);
  console.log(`stopped at step ${run.step}; checkpoint and ${path} are whole. --resume goes on.`);
} else {
  const verdict = await judgeRun();
  const path = await writeRunReport(run, facts, verdict);
  print(verdict);
  console.log(`report: ${path}`);
}
run.gan.dispose();

/** Scores new samples of the run's averaged generator in its current state. */
async function scoresOf(run: Run, seed: number): Promise<Scores> {
  const images = run.sample(SAMPLES, seed);
  const scores = await judge.judge(images);
  images.dispose();
  return scores;
}

async function judgeRun(): Promise<Verdict> {
  const realImages = imageTensor(test, range(0, SAMPLES));
  const generatedImages = run.sample(SAMPLES, 3);
  const references = hostRows(train);
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
  const nearest = async (samples: typeof realImages) =>
    mean((await nearestNeighborDistance({ samples, references })).distances);
  const verdict = {
    samples: SAMPLES,
    generated: await judge.judge(generatedImages),
    real: await judge.judge(realImages),
    untrained,
    nearest: { generated: await nearest(generatedImages), real: await nearest(realImages) },
    // compared with test images from number SAMPLES on, since `realImages` are those before
    compared: {
      generated: await judge.compare(generatedImages, SAMPLES),
      real: await judge.compare(realImages, SAMPLES),
    },
  };
  realImages.dispose();
  generatedImages.dispose();
  return verdict;
}

/** Returns all images as rows of floats in [−1, 1], in host memory. */
function hostRows({ pixels, count }: Images) {
  return { data: Float32Array.from(pixels, (byte) => byte / 127.5 - 1), shape: [count, 28 * 28] };
}

function print({ samples, generated, real, untrained, nearest, compared }: Verdict): void {
  const line = (name: string, text: string) => console.log(`${name.padEnd(24)}${text}`);
  console.log(`\nof ${samples} samples:`);
  line(
    'classifier score',
    `${generated.score.toFixed(3)} ± ${generated.scoreStd.toFixed(3)} (real ${real.score.toFixed(3)}; ratio ${(generated.score / real.score).toFixed(3)})`,
  );
  line(
    'Fréchet distance',
    `${generated.frechet.toFixed(2)} (untrained ${untrained.frechet.toFixed(1)}; ratio ${(generated.frechet / untrained.frechet).toFixed(4)})`,
  );
  line('confidence ≥ 0.9', `${percent(generated.confident)} (real ${percent(real.confident)})`);
  line(
    'share of digits',
    generated.shares.map((share, digit) => `${digit}: ${percent(share)}`).join('  '),
  );
  line(
    'nearest training image',
    `${nearest.generated.toFixed(3)} (test images ${nearest.real.toFixed(3)})`,
  );
  const both = (name: keyof Comparison, digits = 3) =>
    `${compared.generated[name].toFixed(digits)} (real ${compared.real[name].toFixed(digits)})`;
  line('kernel distance', both('kernel', 4));
  line('precision, recall', `${both('precision')}, ${both('recall')}`);
  line('density, coverage', `${both('density')}, ${both('coverage')}`);
}
