import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readOptions } from '../../internal/read_options.js';
import type { Batches } from '../../training/loop/batch_source.js';
import { checkTrainable } from '../../training/loop/run_steps.js';
import { checkEnds } from '../../training/loop/run_steps_options.js';
import type { StepEvent, StepRhythm } from '../../training/loop/run_steps_options.js';
import { stepsOf, walkSteps } from '../../training/loop/walk_steps.js';
import type { TrainingSystem } from '../../types.js';
import { loadCheckpoint, saveCheckpoint } from '../files/checkpoint_file.js';
import { savePNG } from '../images/png.js';
import { csvLog } from '../log/csv_log.js';
import { tensorBoardLog } from '../log/tensor_board_log.js';
import { listenForInterrupt } from './interrupt_signal.js';
import { runInFolderSchema } from './run_in_folder_options.js';
import type {
  FolderBar,
  FolderPictures,
  FolderRun,
  RunInFolderOptions,
} from './run_in_folder_options.js';
import { TrainingBar } from './training_bar.js';

/**
 * Makes the steps of a run as `runSteps` does, and keeps it in a folder: `checkpoint.safetensors`, pictures, and a
 * progress bar with the time left.
 *
 * - **Ctrl-C** ends the run between two steps, with the checkpoint whole. Pressed again after a second, it ends the program
 *   at once. Pass a `signal` to end runs in another way, for example `interruptSignal()` for several runs in a row.
 * - **Started again**, the run goes on from the checkpoint, with the bits of a run that never stopped if batches are a
 *   function of the step index.
 * - **Logs**: with `logEvery`, `losses.csv` and an event file that `tensorboard --logdir FOLDER` shows; a run that goes on
 *   drops what they have of steps after its checkpoint.
 * - **A step that fails** ends the run with its error; the last checkpoint stays as it is.
 *
 * @param system A training system, built as the one of the checkpoint was.
 * @param batches A function from step index to batch, or an iterable, as for `runSteps`.
 * @param options See {@link RunInFolderOptions}: the `folder`, and `steps`, `learningRate`, `rhythm`, `signal` and
 *   `keepBatches` as for `runSteps`; `resume` (default true), `saveEvery` (default 500 steps), `extra`,
 *   `pictures`, `logEvery` (no logs if omitted), `bar`.
 * @returns The number of steps, whether the run was interrupted, the last losses, and the path of the checkpoint.
 * @throws GanKitError if an argument is invalid or the checkpoint does not fit the system; whatever a step, a batch or a
 *   callback throws; the file system's own errors as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { nonSaturating } from 'gan-kit/losses';
 * import { runInFolder } from 'gan-kit/node';
 * import { createGAN, noteLosses, sampleLatents } from 'gan-kit/training';
 * import type { LossHistory } from 'gan-kit/training';
 *
 * await loadBackend();
 * const network = (inputs: number, units: number) =>
 *   sequential({ layers: [layers.dense({ inputShape: [inputs], units })] });
 * const gan = createGAN({ generator: network(4, 2), discriminator: network(2, 1), loss: nonSaturating() });
 * const history: LossHistory = {};
 * const { step } = await runInFolder(gan, (k) => ({ real: sampleLatents({ count: 8, size: 2, seed: k }) }), {
 *   folder: 'runs/digits',
 *   steps: 20,
 *   rhythm: [{ every: 10, do: (event) => noteLosses(history, event) }],
 *   extra: { save: () => ({ history }), restore: ({ history: old }) => Object.assign(history, old) },
 *   bar: false,
 * });
 * console.log(step, history['generator']?.x); // → 20 [ 10, 20 ]
 * ```
 */
export async function runInFolder<Batch, Losses>(
  system: TrainingSystem<Batch, Losses>,
  batches: Batches<Batch>,
  options: RunInFolderOptions<Losses>,
): Promise<FolderRun<Losses>> {
  const where = 'runInFolder';
  checkTrainable(where, system);
  const { folder, resume, saveEvery, extra, pictures, logEvery, bar, ...plan } = readOptions(
    where,
    options,
    runInFolderSchema<Losses>(),
  );
  checkEnds(where, batches, plan);
  const interrupt = plan.signal === undefined ? new AbortController() : undefined;
  const signal = plan.signal ?? interrupt!.signal;

  await mkdir(folder, { recursive: true });
  const checkpoint = join(folder, 'checkpoint.safetensors');
  if (resume && existsSync(checkpoint)) {
    const kept = await loadCheckpoint(system, checkpoint);
    extra?.restore(kept);
  }
  const first = stepsOf(system);
  const log = logEvery === undefined ? undefined : await openLogs(folder, first);
  let drawn = -1;
  const draw = async (step: number): Promise<void> => {
    if (pictures === undefined || drawn === step) return;
    drawn = step;
    const picture = await pictures.draw();
    await savePNG(picturePath(folder, pictures, step), picture);
    await log?.board.image(step, pictures.name, picture);
  };
  let saved = -1;
  const save = async (step: number): Promise<void> => {
    if (saved === step) return;
    await saveCheckpoint(system, checkpoint, extra === undefined ? {} : { extra: extra.save() });
    saved = step;
  };
  if (first === 0) await draw(first);

  const rhythm: StepRhythm<Losses>[] = [...(plan.rhythm ?? [])];
  if (log !== undefined) rhythm.push({ every: logEvery!, do: log.note });
  if (pictures !== undefined) rhythm.push({ every: pictures.every, do: ({ step }) => draw(step) });
  if (saveEvery !== Infinity) rhythm.push({ every: saveEvery, do: ({ step }) => save(step) });
  const stopListening =
    interrupt === undefined ? () => undefined : listenForInterrupt(() => interrupt.abort());
  const show = barOf(bar, first, plan.steps);
  try {
    const run = await walkSteps(where, system, batches, { ...plan, rhythm, signal }, show?.update);
    show?.stop();
    await save(run.step);
    await draw(run.step);
    return { ...run, checkpoint };
  } finally {
    show?.stop();
    stopListening();
  }
}

function picturePath(folder: string, { name }: FolderPictures, step: number): string {
  return join(folder, `${name}-${String(step).padStart(6, '0')}.png`);
}

/** Opens the logs of a run that goes on from a step. */
async function openLogs(folder: string, after: number) {
  const board = await tensorBoardLog(folder, { after });
  const table = await csvLog(join(folder, 'losses.csv'), { after });
  return {
    board,
    note: async ({ step, losses }: StepEvent<unknown>): Promise<void> => {
      await board.scalars(step, losses as Record<string, number>);
      await table.row(step, losses as Record<string, number>);
    },
  };
}

/** Starts a bar, if its length is known. */
function barOf<Losses>(
  options: false | FolderBar<Losses>,
  first: number,
  steps: number | undefined,
) {
  if (options === false) return undefined;
  const { text = textOf, done, total = steps } = options;
  if (total === undefined) return undefined;
  const bar = new TrainingBar(done?.() ?? first, total);
  return {
    update: (step: number, losses: Losses | undefined) =>
      bar.update(done?.() ?? step, losses === undefined ? '–' : text({ step, losses })),
    stop: () => bar.stop(),
  };
}

/** Returns the losses as a text. */
const textOf = ({ losses }: { readonly losses: unknown }): string =>
  Object.entries(losses as object)
    .map(([name, loss]) => `${name} ${(loss as number).toFixed(3)}`)
    .join(' | ');
