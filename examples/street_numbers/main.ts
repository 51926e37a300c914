/** Trains a CycleGAN between MNIST digits and street numbers, and counts the digits that translations keep. */
import { interruptSignal } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { readMnist } from '../mnist/read_mnist.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { Reader } from './agreement.js';
import { heldOutDomains, trainingDomains } from './domains.js';
import { readOptions } from './options.js';
import { percent, writeRunReport } from './report.js';
import { Run } from './run.js';

const HELD_OUT = 1000;

const options = readOptions(process.argv.slice(2));
const backend = await startBackend(options);

console.log(`drawing ${options.images} street numbers …`);
const train = await trainingDomains(readMnist('train'), options.images);
const heldOut = await heldOutDomains(readMnist('t10k'), HELD_OUT);
const reader = new Reader(heldOut);
const run = new Run(options, train, heldOut, reader);
await startOrResume(run, options.resume);

console.log(
  `${options.variant}: ${options.steps} steps of ${options.batch} images of each domain, seed ${options.seed}; pictures in ${options.out}`,
);
const interrupt = interruptSignal();
await trainToEnd(run, (losses) => {
  const sum = (...names: string[]) => names.reduce((total, name) => total + losses[name]!, 0);
  const d = sum('discriminatorA', 'discriminatorB').toFixed(3);
  const g = sum('generatorAB', 'generatorBA').toFixed(3);
  const { images, seconds } = run.history;
  return `D ${d} | G ${g} | cycle ${sum('cycleA', 'cycleB').toFixed(3)} | ${(images / seconds).toFixed(0)} images/s`;
});

const facts = {
  variant: options.variant,
  batch: String(options.batch),
  seed: String(options.seed),
  'training images': `${options.images} of each domain`,
  backend,
  'images per second': (run.history.images / run.history.seconds).toFixed(0),
  node: process.version,
};
if (interrupt.aborted) {
  const path = await writeRunReport(run, facts, undefined);
  console.log(`stopped at step ${run.step}; checkpoint and ${path} are whole. --resume goes on.`);
} else {
  const reading = await reader.read(run.cycle);
  const path = await writeRunReport(run, facts, reading);
  const line = (name: string, share: number, real: number) =>
    console.log(`${name.padEnd(28)}${percent(share)} (real images ${percent(real)})`);
  console.log(
    `\nof ${reading.count} held-out images, translations that read as their source, after ${(run.history.seconds / 60).toFixed(1)} minutes of training:`,
  );
  line('digit → street number', reading.ab, reading.real.b);
  line('street number → digit', reading.ba, reading.real.a);
  console.log(`report: ${path}`);
}
run.cycle.dispose();
