/** Trains LOGAN and the GAN that it is based on for equal seconds, and compares what they make. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePNG } from 'gan-kit/io';
import { savePNG, writeFileAtomic } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { secondsOn } from '../clock.js';
import { readClassifier } from '../mnist/read_classifier.js';
import { readMnist } from '../mnist/read_mnist.js';
import { Judge } from '../mnist/scores.js';
import { printTable } from '../print_table.js';
import { progressBar } from '../progress.js';
import { stackPictures } from '../stack_pictures.js';
import { train } from '../study/trial.js';
import { readOptions } from './options.js';
import { build } from './recipe.js';
import type { Norms } from './recipe.js';
import { latentTable, writeLatentReport } from './report.js';
import type { LatentResult } from './report.js';

const { systems, seeds, seconds, out, backend } = readOptions(process.argv.slice(2));
const where = await startBackend({ backend, threads: 1 });
const clock = secondsOn(where);
const images = readMnist('train');
const judge = await Judge.create(readClassifier(), readMnist('t10k'));
mkdirSync(out, { recursive: true });

const bar = progressBar('{bar} {value}/{total} s of all runs | {run} | {eta_formatted} left');
bar.start(systems.length * seeds.length * seconds, 0, { run: '' });
const results: LatentResult[] = [];
let ended = 0;
for (const seed of seeds)
  for (const system of systems) {
    results.push(await resultOf(system, seed));
    bar.update(++ended * seconds, { run: `${system} ${seed}` });
  }
bar.stop();

const scores = latentTable(results, seconds);
printTable(scores);
const pictures = await Promise.all(
  systems.map((system) =>
    decodePNG(new Uint8Array(readFileSync(`${nameOf(system, seeds[0]!)}.png`))),
  ),
);
await savePNG(join(out, 'samples.png'), stackPictures(pictures));
const facts = { backend: where, seeds: seeds.join(', '), node: process.version };
console.log(`\nreport: ${await writeLatentReport(out, results, scores, facts)}`);

function nameOf(system: string, seed: number): string {
  return join(out, `${system}-${seed}-${seconds}`);
}

/** Trains, or reads what an interrupted run has left. */
async function resultOf(system: string, seed: number): Promise<LatentResult> {
  const name = nameOf(system, seed);
  if (existsSync(`${name}.json`))
    return JSON.parse(readFileSync(`${name}.json`, 'utf8')) as LatentResult;
  const norms: Norms = { step: [], generator: [], discriminator: [] };
  const make = () => build(system, seed, norms);
  const { milestones, picture } = await train(
    { system, seed, seconds, make },
    images,
    judge,
    clock,
    (passed) => bar.update(Math.floor(ended * seconds + passed), { run: `${system} ${seed}` }),
  );
  await savePNG(`${name}.png`, picture);
  const result = { system, seed, milestones, norms };
  await writeFileAtomic(`${name}.json`, JSON.stringify(result));
  return result;
}
