/** Makes photos of clothes from drawings of their edges: pix2pix on Fashion-MNIST. */
import { existsSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import { loadBackend } from 'gan-kit';
import type { BackendName } from 'gan-kit';
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
const backend = await loadBackend({
  ...(options.backend !== undefined && { prefer: [options.backend as BackendName] }),
  ...(options.threads !== undefined && { threads: options.threads }),
});
console.log(`backend: ${backend.name} (${backend.device})`);

const judge = await Judge.create(readClassifier(), test, Math.min(JUDGED, test.count));
const run = new Run(options, train, test, judge);
const untrained = await run.scores();
if (options.resume) {
  if (!existsSync(run.checkpointPath)) {
    console.error(`--resume: there is no checkpoint in ${options.out}`);
    process.exit(2);
  }
  await run.resume();
  console.log(`resumed at step ${run.step}`);
} else await run.saveGrid();

console.log(
  `pix2pix: ${options.steps} steps of ${options.batch} pairs, seed ${options.seed}; pictures in ${options.out}`,
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
  format: '{bar} {value}/{total} | D {d} | G {g} | L1 {l1} | {left} left',
  barsize: 24,
  hideCursor: true,
  noTTYOutput: true,
  notTTYSchedule: 15_000,
});
bar.start(options.steps, run.step, { d: '–', g: '–', l1: '–', left: '–' });
const began = performance.now();
const first = run.step;
while (run.step < options.steps && !stopping) {
  const { discriminator, generator, l1 } = await run.advance();
  const elapsed = (performance.now() - began) / 1000;
  const left = Math.round((elapsed / (run.step - first)) * (options.steps - run.step));
  bar.update(run.step, {
    d: discriminator!.toFixed(3),
    g: generator!.toFixed(3),
    l1: l1!.toFixed(2),
    left: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`,
  });
}
bar.stop();
await run.save();
if (run.history.grids.at(-1) !== run.step) await run.saveGrid();

const facts = {
  batch: String(options.batch),
  lambda: String(options.lambda),
  seed: String(options.seed),
  backend: `${backend.name} (${backend.device})`,
  'seconds a step': (run.history.seconds / run.step).toFixed(3),
  node: process.version,
};
if (stopping) {
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
}
run.dispose();

/** Both halves; ends the program with a sentence if they are not there. */
function readData(): [Clothes, Clothes] {
  try {
    return [readFashion('train', options.data), readFashion('t10k', options.data)];
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
