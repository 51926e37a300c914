import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { interruptSignal, runInFolder } from 'gan-kit/node';
import type { LeastOptions, PortableRun, StepLosses } from './portable_run.js';

type AnyRun = PortableRun<LeastOptions>;

/**
 * Draws a picture of the untrained system, or continues from a checkpoint; ends the program if there is none.
 *
 * @param resume The checkpoint or its folder; true for that of the run's own folder, false to begin.
 */
export async function startOrResume(run: AnyRun, resume: boolean | string): Promise<void> {
  if (resume === false) return run.saveGrid();
  const place = resume === true ? run.options.out : resume;
  const isFolder = existsSync(place) && statSync(place).isDirectory();
  const path = resume === true || isFolder ? join(place, 'checkpoint.safetensors') : place;
  if (!existsSync(path)) {
    console.error(`--resume: there is no checkpoint in ${place}`);
    process.exit(2);
  }
  await run.resume(path);
  console.log(`resumed at step ${run.step}`);
}

/**
 * Trains until the run is complete or someone presses Ctrl-C, and saves it.
 *
 * @param say A function that returns the text of the bar after a step.
 */
export async function trainToEnd(run: AnyRun, say: (losses: StepLosses) => string): Promise<void> {
  const { plan } = run;
  const text = () => (Object.keys(run.losses).length === 0 ? '–' : say(run.losses));
  await runInFolder(run.system, run.batches, {
    ...plan,
    signal: AbortSignal.any([plan.signal, interruptSignal()]),
    folder: run.options.out,
    resume: false,
    saveEvery: Infinity, // the run has a rhythm of its own
    extra: { save: () => run.extra, restore: () => undefined },
    bar: { text, done: () => run.done, total: run.length },
  });
  if (run.history.grids.at(-1) !== run.step) await run.saveGrid();
}
