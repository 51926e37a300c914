/** Trains classifiers of digits with few labels, with and without the images that have none, and compares their errors. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { interruptSignal, writeFileAtomic } from 'gan-kit/node';
import type { ReportFrame } from 'gan-kit/node';
import { startBackend } from '../backend.js';
import { secondsOn } from '../clock.js';
import { readMnist } from '../mnist/read_mnist.js';
import { printTable } from '../print_table.js';
import { startOrResume, trainToEnd } from '../training_loop.js';
import { readOptions } from './options.js';
import { errorTable, writeRunsReport } from './report.js';
import type { Trace } from './report.js';
import { ARMS, Run } from './run.js';
import type { Setting } from './run.js';

const options = readOptions(process.argv.slice(2));
const { seeds, steps, batch, perClass, divisor, out, resume, ...where } = options;
const backend = await startBackend(where);
const clock = secondsOn(backend);
const data = { train: readMnist('train'), test: readMnist('t10k') };
const interrupt = interruptSignal();

const traces: Trace[] = [];
const frames: ReportFrame[] = [];
for (const seed of seeds)
  for (const arm of ARMS) {
    const setting = { arm, seed, steps: stepsOf(arm), batch, perClass, divisor };
    if (!interrupt.aborted) traces.push(savedTrace(setting) ?? (await trained(setting)));
  }

printTable(errorTable(traces, data.test.count));
const facts = {
  ...{ steps: String(steps), batch: String(batch), 'labels per class': String(perClass) },
  'widths divided by': String(divisor),
  ...{ backend, node: process.version },
};
const report = await writeRunsReport(out, { traces, images: data.test.count, frames, facts });
console.log(
  interrupt.aborted
    ? `\nstopped; checkpoint and ${report} are whole. --resume goes on.`
    : `\nreport: ${report}`,
);

/** Returns the number of steps of a run: a quarter with labels alone, which are then long known by heart. */
function stepsOf(arm: Setting['arm']): number {
  return arm === 'semi-supervised' ? steps : Math.ceil(steps / 4);
}

/** Returns the folder of a run. */
function folderOf({ arm, seed }: Setting): string {
  return join(out, `${arm.replaceAll(' ', '-')}-seed-${seed}`);
}

/** Reads the trace of a run that ended, if there is one with this setting. */
function savedTrace(setting: Setting): Trace | undefined {
  const path = join(folderOf(setting), 'result.json');
  if (!existsSync(path)) return undefined;
  const trace = JSON.parse(readFileSync(path, 'utf8')) as Trace;
  return JSON.stringify(trace.setting) === JSON.stringify(setting) ? trace : undefined;
}

/** Trains, and keeps a run that was not interrupted. */
async function trained(setting: Setting): Promise<Trace> {
  const folder = folderOf(setting);
  const run = await Run.create({ ...setting, out: folder }, data, clock);
  // a program that was stopped in one run has no checkpoint of the next
  await startOrResume(run, resume && existsSync(run.checkpointPath));
  console.log(
    `${setting.arm}, seed ${setting.seed}: ${setting.steps} steps; pictures in ${folder}`,
  );
  await trainToEnd(run, (losses) => {
    const errors = run.history.milestones.at(-1)?.errors;
    const wrong = errors === undefined ? '' : ` | ${errors} errors`;
    return `labelled ${losses['labelled']!.toFixed(4)}${wrong}`;
  });
  const { milestones } = run.history;
  if (milestones.at(-1)?.step !== run.step) await run.score();
  frames.push({
    caption: `${setting.arm}, seed ${setting.seed}, step ${run.step}`,
    png: readFileSync(run.gridPath(run.step)),
  });
  run.dispose();
  const trace = { setting, milestones };
  if (!interrupt.aborted) await writeFileAtomic(join(folder, 'result.json'), JSON.stringify(trace));
  return trace;
}
