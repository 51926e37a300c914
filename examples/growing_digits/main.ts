/** Trains a Progressive GAN on digits, beside the same networks that do not grow, and scores both. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { interruptSignal } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { secondsOn } from '../clock.js';
import { readClassifier } from '../mnist/read_classifier.js';
import { imageTensor, range } from '../mnist/data.js';
import { readMnist } from '../mnist/read_mnist.js';
import { Judge } from '../mnist/scores.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { readOptions } from './options.js';
import { table, writeRunReport, writeStages } from './report.js';
import type { Verdict } from './report.js';
import { Run } from './run.js';

const SAMPLES = 2000;

const options = readOptions(process.argv.slice(2));
const backend = await startBackend(options);
const { seconds, batch, seed, out, resume } = options;

const clock = secondsOn(backend);
const [train, test] = [readMnist('train'), readMnist('t10k')];
const judge = await Judge.create(readClassifier(), test);
const interrupt = interruptSignal();
const runs: Run[] = [];
const verdicts: Verdict[] = [];
for (const way of options.ways) {
  if (interrupt.aborted) break;
  const folder = join(out, way);
  const run = new Run(
    { way, seconds, batch, seed, samples: 1000, out: folder },
    train,
    judge,
    clock,
  );
  runs.push(run);
  // a program that was stopped in the first way has no checkpoint of the second
  await startOrResume(run, resume && (way === options.ways[0] || existsSync(run.checkpointPath)));
  console.log(
    `${way}: ${seconds} s of training, batches of ${batch}, seed ${seed}; pictures in ${folder}`,
  );
  await trainToEnd(run, ({ discriminator, generator }) => {
    const { resolution, fade } = run.gan;
    const size =
      fade > 0
        ? `${resolution} px, ${(100 - 100 * fade).toFixed(0)} % faded in`
        : `${resolution} px`;
    return `${size} | D ${discriminator!.toFixed(2)} | G ${generator!.toFixed(2)} | step ${run.step}`;
  });
  if (interrupt.aborted) break;
  if (run.history.ends.at(-1)?.step !== run.step) await run.endStage();
  await run.save();
  console.log(`stages: ${await writeStages(run)}`);
  const scores = await run.scoresOf(SAMPLES, 3);
  verdicts.push({ way, steps: run.step, seconds: run.history.seconds, scores });
}

const tables = [];
if (!interrupt.aborted) {
  const photographs = imageTensor(test, range(0, SAMPLES));
  const scores = await judge.judge(photographs);
  photographs.dispose();
  tables.push(table([...verdicts, { way: 'real (test)', steps: 0, seconds: 0, scores }], SAMPLES));
}
const facts = { batch: String(batch), seed: String(seed), backend, node: process.version };
const path = await writeRunReport(out, runs, facts, tables);
for (const { title, columns, rows } of tables) {
  console.log(`\n${title}:\n`);
  for (const row of [columns, ...rows])
    console.log(
      row
        .map((cell) => String(cell).padEnd(18))
        .join('')
        .trimEnd(),
    );
}
console.log(
  interrupt.aborted
    ? `stopped; checkpoint and ${path} are whole. --resume goes on.`
    : `report: ${path}`,
);
for (const run of runs) run.gan.dispose();
