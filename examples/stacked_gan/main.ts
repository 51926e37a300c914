/** Trains a Stacked GAN on MNIST, and counts the digits that it makes as asked. */
import { interruptSignal } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { secondsOn } from '../clock.js';
import { readClassifier } from '../mnist/read_classifier.js';
import { readMnist } from '../mnist/read_mnist.js';
import { percent } from '../mnist/report.js';
import { printTable } from '../print_table.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { accuracyOf, trainEncoder } from './encoder.js';
import { Jury } from './figures.js';
import { buildEncoder } from './networks.js';
import { readOptions } from './options.js';
import { SIZES } from './recipe.js';
import { table, writeRunReport } from './report.js';
import { Run } from './run.js';

const options = readOptions(process.argv.slice(2));
const backend = await startBackend(options);
const { steps, joint, entropy, batch, seed, out } = options;
const clock = secondsOn(backend);

const [train, test] = [readMnist('train'), readMnist('t10k')];
const encoder = buildEncoder(SIZES, seed);
const began = clock();
// a checkpoint has the trained one
if (!options.resume) await trainEncoder(encoder, train, seed);
const spent = clock() - began;
const jury = await Jury.create(readClassifier(), test);
const run = new Run(options, encoder, train, jury, clock);
await startOrResume(run, options.resume);
const accuracy = percent(await accuracyOf(encoder, test));

console.log(
  `encoder: ${accuracy} of the test digits right, after ${spent.toFixed(0)} s of training`,
);
console.log(
  `stack: ${steps} steps of ${batch} images, the last ${joint} joint, entropy weight ${entropy}, seed ${seed}; pictures in ${out}`,
);
const interrupt = interruptSignal();
await trainToEnd(
  run,
  ({ discriminator0, generator0, generator1 }) =>
    `${run.gan.mode} | D0 ${discriminator0!.toFixed(3)} | G0 ${generator0!.toFixed(3)} | G1 ${generator1!.toFixed(3)}`,
);

const { seconds, milestones } = run.history;
if (!interrupt.aborted && milestones.at(-1)?.step !== run.step) await run.score();
const facts = {
  ...{ batch: String(batch), 'entropy weight': String(entropy), seed: String(seed), backend },
  ...{ 'encoder, test digits right': accuracy, node: process.version },
  'images per second': ((run.step * batch) / seconds).toFixed(0),
};
const path = await writeRunReport(run, facts);
if (interrupt.aborted)
  console.log(`stopped at step ${run.step}; checkpoint and ${path} are whole. --resume goes on.`);
else {
  printTable(table(run));
  console.log(`\n${seconds.toFixed(0)} s of training\nreport: ${path}`);
}
run.dispose();
