import type { TrainingSystem } from '../../types.js';
import { batchSource, freeBatch } from './batch_source.js';
import type { Batches } from './batch_source.js';
import { lossReader } from './loss_reader.js';
import type { RunStepsOptions, StepsRun } from './run_steps_options.js';
import { setRates } from './set_rates.js';
import { turns } from './turn.js';

/** The options after reading. */
type Plan<Losses> = {
  readonly [Key in keyof RunStepsOptions<Losses>]: RunStepsOptions<Losses>[Key] | undefined;
};

/** Returns the number of steps that a system was asked for: those that were undone have had their batch, too. */
export const stepsOf = (system: TrainingSystem<never, unknown>): number =>
  system.stepCount + system.skipped;

/**
 * Makes steps; everything is checked.
 *
 * @param onStep Hears of each step after its callbacks, with the latest losses that are known.
 */
export async function walkSteps<Batch, Losses>(
  where: string,
  system: TrainingSystem<Batch, Losses>,
  batches: Batches<Batch>,
  plan: Plan<Losses>,
  onStep?: (step: number, losses: Losses | undefined) => void,
): Promise<StepsRun<Losses>> {
  const { steps = Infinity, learningRate, rhythm = [], signal, keepBatches } = plan;
  const free = keepBatches === true ? () => undefined : freeBatch;
  const source = batchSource(where, batches, free);
  const reader = lossReader(system);
  const turn = turns();
  let step = stepsOf(system);
  let [isRead, losses] = [true, undefined as Losses | undefined];
  try {
    while (step < steps && signal?.aborted !== true) {
      const given = await source.next(step, signal);
      if (given === undefined) break;
      const due = rhythm.filter(({ every }) => (step + 1) % every === 0);
      try {
        if (learningRate !== undefined) setRates(where, system.optimizers, learningRate(step));
        isRead = due.length > 0;
        losses = await reader.step(given.batch, isRead);
      } finally {
        free(given.batch);
      }
      step++;
      for (const callback of due) await callback.do({ step, losses: losses! });
      onStep?.(step, losses);
      await turn();
    }
    if (!isRead) losses = await reader.last();
  } finally {
    await source.close();
  }
  return { step, aborted: signal?.aborted === true && step < steps, losses };
}
