import { fail } from '../../internal/check.js';
import { readOptions } from '../../internal/read_options.js';
import type { TrainingSystem } from '../../types.js';
import type { Batches } from './batch_source.js';
import { checkEnds, runStepsSchema } from './run_steps_options.js';
import type { RunStepsOptions, StepsRun } from './run_steps_options.js';
import { walkSteps } from './walk_steps.js';

/** Refuses what is no training system. */
export function checkTrainable(where: string, system: unknown): void {
  const { trainStep, stepCount, skipped, optimizers } = (system ?? {}) as Partial<
    TrainingSystem<never, unknown>
  >;
  const isOne =
    typeof trainStep === 'function' &&
    typeof stepCount === 'number' &&
    typeof skipped === 'number' &&
    typeof optimizers === 'object';
  if (!isOne) fail('type', where, 'system', 'a training system', system);
}

/**
 * Makes the steps of a run: what is left around `trainStep` in a loop of your own, which does the same as well.
 *
 * - **A run resumes by itself.** Steps are counted by the system (`stepCount + skipped`), which is part of its state: a
 *   restored system goes on where it was. A function of the step index gets the same index again, so that a run that was
 *   aborted, saved and restored has the bits of one that never stopped. An iterable is taken from its beginning: give one
 *   that begins with the next batch.
 * - **It disposes of the batches**, also of one that made a step fail; `keepBatches: true` leaves them to you.
 * - **It never blocks**: every 25 ms it lets the event loop turn, so that a signal, a page or a progress bar reacts.
 * - **It waits for losses only where a callback needs them**, on GPU backends, so that these need not wait for the host.
 *   All steps are checked for NaN when the promise is fulfilled, and whenever a callback runs.
 * - **A step that fails ends it** with the system's error, and the system is as before that step (on a GPU as before
 *   the first step that was not read).
 *
 * @param system A training system.
 * @param batches A function from step index, 0 for the first step of the run, to a batch, or an iterable of batches. Both
 *   may be asynchronous.
 * @param options See {@link RunStepsOptions}: `steps` from 0 on (until the batches end if omitted), `learningRate`
 *   (unchanged if omitted), `rhythm` (no callbacks if omitted), `signal`, `keepBatches` (default false).
 * @returns The number of steps, whether the signal ended the run, and the last losses.
 * @throws GanKitError if an argument is invalid; whatever a batch, a callback or a step throws.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { nonSaturating } from 'gan-kit/losses';
 * import { createGAN, linearDecay, runSteps, sampleLatents } from 'gan-kit/training';
 *
 * await loadBackend();
 * const network = (inputs: number, units: number) =>
 *   sequential({ layers: [layers.dense({ inputShape: [inputs], units })] });
 * const gan = createGAN({ generator: network(4, 2), discriminator: network(2, 1), loss: nonSaturating() });
 * const factor = linearDecay({ epochs: 20, decayEpochs: 20 });
 * const { step } = await runSteps(gan, (k) => ({ real: sampleLatents({ count: 8, size: 2, seed: k }) }), {
 *   steps: 40,
 *   learningRate: (k) => 2e-4 * factor(k),
 *   rhythm: [{ every: 10, do: ({ step, losses }) => console.assert(step % 10 === 0 && losses.discriminator > 0) }],
 * });
 * console.log(step, gan.stepCount); // → 40 40
 * ```
 */
export async function runSteps<Batch, Losses>(
  system: TrainingSystem<Batch, Losses>,
  batches: Batches<Batch>,
  options: RunStepsOptions<Losses> = {},
): Promise<StepsRun<Losses>> {
  const where = 'runSteps';
  checkTrainable(where, system);
  const plan = readOptions(where, options, runStepsSchema<Losses>());
  checkEnds(where, batches, plan);
  return walkSteps(where, system, batches, plan);
}
