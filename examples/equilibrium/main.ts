/** Trains BEGAN on digits with several γ and seeds, and shows what γ does to the balance and to the samples. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { decodePNG } from 'gan-kit/io';
import { interruptSignal, savePNG, writeFileAtomic } from 'gan-kit/node';
import type { ReportFrame } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { secondsOn } from '../clock.js';
import { readClassifier } from '../mnist/read_classifier.js';
import { imageTensor, range } from '../mnist/data.js';
import { digitsIn } from '../mnist/padded.js';
import { readMnist } from '../mnist/read_mnist.js';
import { Judge } from '../mnist/scores.js';
import { printTable } from '../print_table.js';
import { stackPictures } from '../stack_pictures.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { meanDistance } from './diversity.js';
import { readOptions } from './options.js';
import { balanceTable, scoreTable, writeRunsReport } from './report.js';
import type { Judgement, Result, Trace } from './report.js';
import { Run } from './run.js';
import type { Setting } from './run.js';

const SAMPLES = 2000;

const { gammas, seeds, steps, batch, out, resume, ...where } = readOptions(process.argv.slice(2));
const backend = await startBackend(where);
const clock = secondsOn(backend);
const [train, test] = [readMnist('train'), readMnist('t10k')];
const judge = await Judge.create(readClassifier(), test);
const interrupt = interruptSignal();

const results: Result[] = [];
let stopped: Trace | undefined;
const settings = seeds.flatMap((seed) => gammas.map((gamma) => ({ gamma, seed, steps, batch })));
for (const setting of settings) {
  if (interrupt.aborted) break;
  const result = savedResult(setting) ?? (await trained(setting));
  if (result !== undefined) results.push(result);
}

const tables = [balanceTable(results)];
const frames: ReportFrame[] = [];
if (!interrupt.aborted) {
  const photographs = imageTensor(test, range(0, SAMPLES));
  tables.push(scoreTable(results, await judged(photographs, SAMPLES), SAMPLES));
  photographs.dispose();
  const caption = `samples of seed ${seeds[0]}, from above γ = ${gammas.join(', ')}`;
  const picture = await drawSamples();
  frames.push({ caption, png: readFileSync(picture) });
  console.log(`${caption}: ${picture}`);
}
tables.forEach(printTable);
const facts = { steps: String(steps), batch: String(batch), backend, node: process.version };
const traces = stopped === undefined ? results : [...results, stopped];
const report = await writeRunsReport(out, { traces, tables, frames, facts });
console.log(
  interrupt.aborted
    ? `\nstopped; checkpoint and ${report} are whole. --resume goes on.`
    : `\nreport: ${report}`,
);

/** Returns the folder of a run. */
function folderOf({ gamma, seed }: Setting): string {
  return join(out, `gamma-${gamma}-seed-${seed}`);
}

/** Reads the result of a run that ended, if there is one with this setting. */
function savedResult(setting: Setting): Result | undefined {
  const path = join(folderOf(setting), 'result.json');
  if (!existsSync(path)) return undefined;
  const result = JSON.parse(readFileSync(path, 'utf8')) as Result;
  return JSON.stringify(result.setting) === JSON.stringify(setting) ? result : undefined;
}

/** Trains, scores and keeps a run; returns nothing if it was interrupted. */
async function trained(setting: Setting): Promise<Result | undefined> {
  const folder = folderOf(setting);
  const run = new Run({ ...setting, out: folder }, train, judge, clock);
  // a program that was stopped in one run has no checkpoint of the next
  await startOrResume(run, resume && existsSync(run.checkpointPath));
  console.log(`γ ${setting.gamma}, seed ${setting.seed}: ${steps} steps; pictures in ${folder}`);
  await trainToEnd(
    run,
    ({ real, fake, k, convergence }) =>
      `L(x) ${real!.toFixed(3)} | L(G) ${fake!.toFixed(3)} | k ${k!.toFixed(3)} | M ${convergence!.toFixed(3)}`,
  );
  const { course, milestones, seconds } = run.history;
  const trace = { setting, course, milestones };
  if (interrupt.aborted) {
    stopped = trace;
    run.gan.dispose();
    return undefined;
  }
  const digits = tidy(() => digitsIn(run.sample(SAMPLES, 3)));
  const result = { ...trace, seconds, ...(await judged(digits, 0)) };
  digits.dispose();
  run.gan.dispose();
  await writeFileAtomic(join(folder, 'result.json'), JSON.stringify(result));
  return result;
}

/** Scores images, and compares them with test images from number `first` on. */
async function judged(images: Tensor4D, first: number): Promise<Judgement> {
  return {
    scores: await judge.judge(images),
    compared: await judge.compare(images, first),
    distance: await meanDistance(images),
  };
}

/** Stacks the last pictures of the first seed, a block of rows for each γ. */
async function drawSamples(): Promise<string> {
  const name = `samples-${String(steps).padStart(6, '0')}.png`;
  const pictures = await Promise.all(
    gammas.map((gamma) => {
      const file = join(folderOf({ gamma, seed: seeds[0]!, steps, batch }), name);
      return decodePNG(new Uint8Array(readFileSync(file)));
    }),
  );
  const path = join(out, 'samples.png');
  await savePNG(path, stackPictures(pictures));
  return path;
}
