/** Trains systems for equal seconds with several seeds, and compares what they make. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { savePNG, writeFileAtomic } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { secondsOn } from '../clock.js';
import { readClassifier } from '../mnist/read_classifier.js';
import { readMnist } from '../mnist/read_mnist.js';
import { Judge } from '../mnist/scores.js';
import { printTable } from '../print_table.js';
import { progressBar } from '../progress.js';
import { readOptions } from './options.js';
import { table, writeStudyReport } from './report.js';
import type { Result } from './report.js';
import { train } from './trial.js';
import type { Setting } from './trial.js';

const { systems, seeds, seconds, out, backend } = readOptions(process.argv.slice(2));
const where = await startBackend({ backend, threads: 1 });
const clock = secondsOn(where);
const images = readMnist('train');
const judge = await Judge.create(readClassifier(), readMnist('t10k'));
mkdirSync(out, { recursive: true });

const bar = progressBar('{bar} {value}/{total} s of all runs | {run} | {eta_formatted} left');
bar.start(systems.length * seeds.length * seconds, 0, { run: '' });
const results: Result[] = [];
let ended = 0;
for (const seed of seeds)
  for (const system of systems) {
    results.push(await resultOf({ system, seed, seconds }));
    bar.update(++ended * seconds, { run: `${system} ${seed}` });
  }
bar.stop();

const scores = table(results, seconds);
printTable(scores);
const facts = { backend: where, seeds: seeds.join(', '), node: process.version };
console.log(`\nreport: ${await writeStudyReport(out, results, scores, facts)}`);

/** Trains, or reads what an interrupted study has left. */
async function resultOf(setting: Setting): Promise<Result> {
  const { system, seed } = setting;
  const name = join(out, `${system}-${seed}-${seconds}`);
  if (existsSync(`${name}.json`)) return JSON.parse(readFileSync(`${name}.json`, 'utf8')) as Result;
  const { milestones, picture } = await train(setting, images, judge, clock, (passed) =>
    bar.update(Math.floor(ended * seconds + passed), { run: `${system} ${seed}` }),
  );
  await savePNG(`${name}.png`, picture);
  const result = { system, seed, milestones };
  await writeFileAtomic(`${name}.json`, JSON.stringify(result));
  return result;
}
