/** Makes photos of clothes from drawings of their edges: pix2pix on Fashion-MNIST. */
import { join } from 'node:path';
import { interruptSignal } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { saveGenerator } from '../save_generator.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { readClassifier } from './classifier.js';
import { readFashion } from './fashion.js';
import type { Clothes } from './fashion.js';
import { Judge } from './judge.js';
import { readOptions } from './options.js';
import { table, writeRunReport } from './report.js';
import type { Verdict } from './report.js';
import { Run } from './run.js';

const JUDGED = 1000;

const options = readOptions(process.argv.slice(2));
const [train, test] = readData();
const backend = await startBackend(options);

const judge = await Judge.create(readClassifier(), test, Math.min(JUDGED, test.count));
const run = new Run(options, train, test, judge);
const untrained = await run.scores();
await startOrResume(run, options.resume);

console.log(
  `pix2pix: ${options.steps} steps of ${options.batch} pairs, seed ${options.seed}; pictures in ${options.out}`,
);
const interrupt = interruptSignal();
await trainToEnd(
  run,
  ({ discriminator, generator, l1 }) =>
    `D ${discriminator!.toFixed(3)} | G ${generator!.toFixed(3)} | L1 ${l1!.toFixed(2)}`,
);

const facts = {
  batch: String(options.batch),
  lambda: String(options.lambda),
  seed: String(options.seed),
  backend,
  'seconds a step': (run.history.seconds / run.step).toFixed(3),
  node: process.version,
};
if (interrupt.aborted) {
  const path = await writeRunReport(run, facts, undefined);
  console.log(`stopped at step ${run.step}; checkpoint and ${path} are whole. --resume goes on.`);
} else {
  const verdict: Verdict = {
    pairs: judge.count,
    translated: await run.scores(),
    photos: await judge.judge((_, photos) => photos.clone()),
    edges: await judge.judge((edges) => edges.clone()),
    untrained,
  };
  const path = await writeRunReport(run, facts, verdict);
  const generator = join(options.out, 'generator.safetensors');
  const { steps, seed } = options;
  const size = await saveGenerator(run.pix2pix.networks.generator, 'unet', generator, {
    ...{ steps: String(steps), seed: String(seed) },
  });
  const { title, columns, rows } = table(verdict);
  console.log(`\n${title}, after ${(run.history.seconds / 60).toFixed(1)} minutes of training:\n`);
  for (const row of [columns, ...rows])
    console.log(
      row
        .map((cell, i) => String(cell).padEnd(i === 0 ? 28 : 32))
        .join('')
        .trimEnd(),
    );
  console.log(`report: ${path}`);
  console.log(`generator: ${generator}, ${Math.round(size / 1000)} kB`);
}
run.dispose();

/** Reads both halves; ends the program with a message if they are missing. */
function readData(): [Clothes, Clothes] {
  try {
    return [readFashion('train', options.data), readFashion('t10k', options.data)];
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
