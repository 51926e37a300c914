/** Makes requested digits with a class-conditional GAN on MNIST, and judges them with a classifier. */
import { interruptSignal } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { readClassifier } from '../mnist/read_classifier.js';
import { imageTensor, range } from '../mnist/data.js';
import { readMnist } from '../mnist/read_mnist.js';
import { percent } from '../mnist/report.js';
import { Judge } from '../mnist/scores.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { agreementOf } from './agreement.js';
import { digitRows } from './labels.js';
import { readOptions } from './options.js';
import { table, writeRunReport } from './report.js';
import type { Verdict } from './report.js';
import { Run } from './run.js';

const OF_EACH = 100;

const options = readOptions(process.argv.slice(2));
const backend = await startBackend(options);

const classifier = readClassifier();
const test = readMnist('t10k');
const run = new Run(options, readMnist('train'), classifier);
const untrained = await run.agreement(OF_EACH, 0);
await startOrResume(run, options.resume);

console.log(
  `labelled digits: ${options.steps} steps of ${options.batch} images, seed ${options.seed}; pictures in ${options.out}`,
);
const interrupt = interruptSignal();
await trainToEnd(
  run,
  ({ discriminator, generator }) => `D ${discriminator!.toFixed(3)} | G ${generator!.toFixed(3)}`,
);

const { seconds } = run.history;
const facts = {
  batch: String(options.batch),
  seed: String(options.seed),
  backend,
  'images per second': ((run.step * options.batch) / seconds).toFixed(0),
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

async function judgeRun(): Promise<Verdict> {
  const asked = digitRows(OF_EACH);
  const images = run.sample(asked, 3);
  const photographs = imageTensor(test, range(0, test.count));
  const judge = await Judge.create(classifier, test);
  const verdict = {
    ofEach: OF_EACH,
    generated: await agreementOf(classifier, images, asked),
    real: await agreementOf(classifier, photographs, test.digits),
    untrained,
    frechet: (await judge.judge(images)).frechet,
  };
  images.dispose();
  photographs.dispose();
  return verdict;
}

function print(verdict: Verdict): void {
  const { title, columns, rows } = table(verdict);
  console.log(`\n${title}, after ${(seconds / 60).toFixed(1)} minutes of training:\n`);
  for (const row of [columns, ...rows])
    console.log(
      row
        .map((cell, i) => String(cell).padEnd(i === 0 ? 16 : 9))
        .join('')
        .trimEnd(),
    );
  console.log(
    `\nrecognized ${percent(verdict.generated.share)} | Fréchet distance ${verdict.frechet.toFixed(2)}`,
  );
}
