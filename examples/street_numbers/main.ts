/** Trains a CycleGAN between MNIST digits and street numbers, and counts the digits that survive. */
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import { loadBackend } from 'gan-kit';
import type { BackendName } from 'gan-kit';
import type { CycleGANLosses } from 'gan-kit/training';
import { readMnist } from '../mnist/data.js';
import { Reader } from './agreement.js';
import { heldOutDomains, trainingDomains } from './domains.js';
import { readOptions } from './options.js';
import { percent, writeRunReport } from './report.js';
import { Run } from './run.js';

const HELD_OUT = 1000;

const options = readOptions(process.argv.slice(2));
const backend = await loadBackend({
  ...(options.backend !== undefined && { prefer: [options.backend as BackendName] }),
  ...(options.threads !== undefined && { threads: options.threads }),
});
console.log(`backend: ${backend.name} (${backend.device})`);

console.log(`drawing ${options.images} street numbers …`);
const train = await trainingDomains(readMnist('train'), options.images);
const heldOut = await heldOutDomains(readMnist('t10k'), HELD_OUT);
const reader = new Reader(heldOut);
const run = new Run(options, train, heldOut, reader);
if (options.resume) {
  if (!existsSync(run.checkpointPath)) {
    console.error(`--resume: there is no checkpoint in ${options.out}`);
    process.exit(2);
  }
  await run.resume();
  console.log(`resumed at step ${run.step}`);
} else await run.saveGrid();

console.log(
  `${options.variant}: ${options.steps} steps of ${options.batch} images of each domain, seed ${options.seed}; pictures in ${options.out}`,
);
let stopping = false;
let asked = 0;
process.on('SIGINT', () => {
  // a terminal's Ctrl-C reaches us twice, directly and through npm or tsx; a later one does not wait
  if (stopping && performance.now() - asked > 1000) process.exit(130);
  if (!stopping) asked = performance.now();
  stopping = true;
});

const bar = new SingleBar({
  format: '{bar} {value}/{total} | D {d} | G {g} | cycle {c} | {speed} images/s | {left} left',
  barsize: 20,
  hideCursor: true,
  noTTYOutput: true,
  notTTYSchedule: 15_000,
});
bar.start(options.steps, run.step, { d: '–', g: '–', c: '–', speed: '–', left: '–' });
const began = performance.now();
const before = run.history.images;
const first = run.step;
while (run.step < options.steps && !stopping) {
  const losses = await run.advance();
  await setImmediate(); // a step on wasm never waits: without this, neither Ctrl-C nor the bar has its turn
  const sum = (...names: (keyof CycleGANLosses)[]) =>
    names.reduce((total, name) => total + losses[name]!, 0).toFixed(3);
  const elapsed = (performance.now() - began) / 1000;
  const left = Math.round((elapsed / (run.step - first)) * (options.steps - run.step));
  bar.update(run.step, {
    d: sum('discriminatorA', 'discriminatorB'),
    g: sum('adversarialAB', 'adversarialBA'),
    c: sum('cycleA', 'cycleB'),
    speed: Math.round((run.history.images - before) / elapsed),
    left: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`,
  });
}
bar.stop();
await run.save();
if (run.history.grids.at(-1) !== run.step) await run.saveGrid();

const facts = {
  variant: options.variant,
  batch: String(options.batch),
  seed: String(options.seed),
  'training images': `${options.images} of each domain`,
  backend: `${backend.name} (${backend.device})`,
  'images per second': (run.history.images / run.history.seconds).toFixed(0),
  node: process.version,
};
if (stopping) {
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
