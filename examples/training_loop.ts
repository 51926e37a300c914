import { existsSync } from 'node:fs';
import { interruptSignal, runInFolder } from 'gan-kit/node';
import type { LeastOptions, StepLosses, TrainingRun } from './training_run.js';

type AnyRun = TrainingRun<LeastOptions>;

/**
 * Draws a picture of the untrained system, or continues from the checkpoint if `resume` is true; ends the program
 * if there is none.
 */
export async function startOrResume(run: AnyRun, resume: boolean): Promise<void> {
  if (!resume) return run.saveGrid();
  if (!existsSync(run.checkpointPath)) {
    console.error(`--resume: there is no checkpoint in ${run.options.out}`);
    process.exit(2);
  }
  await run.resume();
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
