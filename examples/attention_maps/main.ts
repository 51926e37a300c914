/** Trains class-conditional SAGANs on digits with and without attention, scores them, and draws where pixels look. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { interruptSignal, writeFileAtomic } from 'gan-kit/node';
import type { ReportFrame } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { secondsOn } from '../clock.js';
import { readClassifier } from '../mnist/read_classifier.js';
import { readMnist } from '../mnist/read_mnist.js';
import { Judge } from '../mnist/scores.js';
import { printTable } from '../print_table.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { readOptions } from './options.js';
import type { Place } from './recipe.js';
import { writeRunReport, writeSamples } from './report.js';
import { Run } from './run.js';
import { tablesOf } from './tables.js';
import { judgeRun, MAPS } from './verdict.js';
import type { Result } from './verdict.js';

/** Samples of each digit in a score. */
const OF_EACH = { during: 50, compared: 200 };

const options = readOptions(process.argv.slice(2));
const backend = await startBackend(options);
const { places, seeds, steps, seconds, batch, out } = options;

const [train, test] = [readMnist('train'), readMnist('t10k')];
const classifier = readClassifier();
const jury = { classifier, judge: await Judge.create(classifier, test) };
const interrupt = interruptSignal();
const clock = secondsOn(backend);

const results: Result[] = [];
for (const seed of seeds)
  for (const place of places) {
    const result = interrupt.aborted ? undefined : await resultOf(place, seed);
    if (result !== undefined) results.push(result);
  }

const tables = results.length === 0 ? [] : tablesOf(results, seconds);
const facts = { batch: String(batch), seeds: seeds.join(', '), backend, node: process.version };
const pictures = results.length === 0 ? [] : await picturesOf();
const path = await writeRunReport(out, results, tables, facts, pictures);
tables.forEach(printTable);
console.log(
  interrupt.aborted
    ? `stopped; checkpoint, the runs that ended and ${path} are whole. --resume goes on.`
    : `report: ${path}`,
);

/** Reads the maps of all runs, and the samples of each seed. */
async function picturesOf(): Promise<ReportFrame[]> {
  const frames: ReportFrame[] = [];
  for (const seed of seeds) {
    const ofSeed = results.filter((result) => result.seed === seed);
    if (ofSeed.length === 0) continue;
    const inFolder = (result: Result, name: string) => join(folderOf(result.attention, seed), name);
    const samples = await writeSamples(
      join(out, `samples-${seed}.png`),
      ofSeed.map((result) => inFolder(result, result.samples)),
    );
    const caption = ofSeed.map(({ attention }) => attention).join(', ');
    frames.push({ caption: `seed ${seed}: ${caption}`, png: readFileSync(samples) });
    for (const result of ofSeed)
      for (const { name, caption } of Object.values(MAPS)) {
        const maps = inFolder(result, name);
        if (existsSync(maps))
          frames.push({
            caption: `${caption}, attention ${result.attention}, seed ${seed}`,
            png: readFileSync(maps),
          });
      }
  }
  return frames;
}

/** Trains and judges, or reads what an earlier run of the program has left; undefined if interrupted. */
async function resultOf(attention: Place, seed: number): Promise<Result | undefined> {
  const folder = folderOf(attention, seed);
  const path = join(folder, 'result.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Result;
  const run = new Run(
    { attention, seed, steps, seconds, batch, ofEach: OF_EACH, out: folder },
    ...([train, jury, clock] as const),
  );
  // a program that was stopped in one run has no checkpoint of the next
  await startOrResume(run, options.resume && existsSync(run.checkpointPath));
  console.log(
    `attention ${attention}, seed ${seed}: ${steps} steps of ${batch} images; pictures in ${folder}`,
  );
  await trainToEnd(run, ({ discriminator, generator, ofG }) =>
    [
      `D ${discriminator!.toFixed(2)}`,
      `G ${generator!.toFixed(2)}`,
      ...(ofG === undefined ? [] : [`γ ${ofG.toFixed(3)}`]),
    ].join(' | '),
  );
  const result = interrupt.aborted ? undefined : await judgeRun(run, test);
  if (result !== undefined) await writeFileAtomic(path, JSON.stringify(result));
  const { networks, optimizers } = run.gan;
  run.gan.dispose();
  for (const part of [...Object.values(networks), ...Object.values(optimizers)]) part.dispose();
  return result;
}

/** Returns the folder of a run, which has its settings in its name. */
function folderOf(attention: Place, seed: number): string {
  return join(out, `${attention}-${steps}x${batch}-${seconds}s-${seed}`);
}
