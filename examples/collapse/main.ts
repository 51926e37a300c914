/** Trains a GAN that collapses on a ring of eight Gaussians, plain and with each remedy, and compares the modes found. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { savePNG, writeFileAtomic } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { secondsOn } from '../clock.js';
import { printTable } from '../print_table.js';
import { progressBar } from '../progress.js';
import { lengthOf, METHODS } from './methods.js';
import { readOptions } from './options.js';
import { train } from './run.js';
import type { Result, Setting } from './run.js';
import { collapseTable, courses, JUDGED, picture, verdict } from './table.js';

const { methods, seeds, verdictSeeds, steps, out, backend, threads } = readOptions(
  process.argv.slice(2),
);
const clock = secondsOn(await startBackend({ backend, threads }));
mkdirSync(out, { recursive: true });

const settings = methods.flatMap((method) => {
  const judged = JUDGED.includes(method) ? verdictSeeds : seeds;
  return judged.map((seed): Setting => ({
    method,
    seed,
    steps,
  }));
});
const costOf = ({ method }: Setting) => METHODS[method].cost;
const workOf = (setting: Setting) => costOf(setting) * lengthOf(METHODS[setting.method], steps);

const bar = progressBar('{bar} {percentage} % of all runs | {run} | {eta_formatted} left');
bar.start(Math.ceil(settings.reduce((sum, one) => sum + workOf(one), 0)), 0, { run: '' });
const results: Result[] = [];
// all methods with the first seed, then with the next
for (const setting of [...settings].sort((a, b) => a.seed - b.seed))
  results.push(await resultOf(setting));
results.sort((a, b) => methods.indexOf(a.method) - methods.indexOf(b.method));
bar.stop();

printTable(collapseTable(results, steps));
for (const course of courses(results)) console.log(`\n${course}`);
console.log(`\n${verdict(results)}`);
const path = join(out, 'samples.png');
await savePNG(path, picture(results));
console.log(`picture of the first seed, a panel for each row: ${path}`);

/** Trains, or reads what an interrupted comparison has left. */
async function resultOf(setting: Setting): Promise<Result> {
  const { method, seed } = setting;
  const run = { run: `${method} ${seed}` };
  const file = join(out, `${method}-${seed}-${steps}.json`);
  if (existsSync(file)) {
    bar.increment(workOf(setting), run);
    return JSON.parse(readFileSync(file, 'utf8')) as Result;
  }
  const result = await train(setting, clock, () => bar.increment(costOf(setting), run));
  await writeFileAtomic(file, JSON.stringify(result));
  return result;
}
