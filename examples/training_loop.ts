import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Interrupt } from './interrupt.js';
import { TrainingBar } from './progress.js';
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
export async function trainToEnd(
  run: AnyRun,
  interrupt: Interrupt,
  say: (losses: StepLosses) => string,
): Promise<void> {
  const bar = new TrainingBar(run.done, run.length);
  while (run.done < run.length && !interrupt.asked) {
    const losses = await run.advance();
    bar.update(run.done, say(losses));
    await setImmediate(); // a step on wasm never waits: without this, neither Ctrl-C nor the bar would work
  }
  bar.stop();
  await run.save();
  if (run.history.grids.at(-1) !== run.step) await run.saveGrid();
}
