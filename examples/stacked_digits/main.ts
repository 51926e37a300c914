/** Trains a GAN with packs on stacked digits, and counts the modes that it finds. */
import { interruptSignal } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { secondsOn } from '../clock.js';
import { readClassifier } from '../mnist/read_classifier.js';
import { readMnist } from '../mnist/read_mnist.js';
import { printTable } from '../print_table.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { stackedBatches } from './images.js';
import { modesOf } from './modes.js';
import { readOptions } from './options.js';
import { SAMPLES, table, writeRunReport } from './report.js';
import { Run, TOGETHER } from './run.js';

const options = readOptions(process.argv.slice(2));
const backend = await startBackend(options);
const { packing, steps, batch, seed, out } = options;

const classifier = readClassifier();
const run = new Run(options, readMnist('train'), classifier, secondsOn(backend));
await startOrResume(run, options.resume);

console.log(
  `stacked digits: ${steps} steps of ${batch} packs of ${packing}, seed ${seed}; pictures in ${out}`,
);
const interrupt = interruptSignal();
await trainToEnd(run, ({ discriminator, generator }) => {
  const found = run.history.milestones.at(-1);
  const modes = found === undefined ? '' : ` | ${found.modes} modes at step ${found.step}`;
  return `D ${discriminator!.toFixed(3)} | G ${generator!.toFixed(3)}${modes}`;
});

const { seconds } = run.history;
const facts = {
  packing: String(packing),
  batch: `${batch} packs`,
  seed: String(seed),
  backend,
  'images per second': ((run.step * batch * packing) / seconds).toFixed(0),
  node: process.version,
};
if (interrupt.aborted) {
  const path = await writeRunReport(run, facts, []);
  console.log(`stopped at step ${run.step}; checkpoint and ${path} are whole. --resume goes on.`);
} else {
  const drawn = stackedBatches(readMnist('t10k'), SAMPLES / TOGETHER, TOGETHER);
  const real = await modesOf(classifier, drawn);
  const found = table({ generated: await run.modes(SAMPLES, 3), 'real (test)': real });
  const path = await writeRunReport(run, facts, [found]);
  printTable(found);
  console.log(`\n${seconds.toFixed(0)} s of training`);
  console.log(`report: ${path}`);
}
run.dispose();
