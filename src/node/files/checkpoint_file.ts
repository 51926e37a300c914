import { readFile } from 'node:fs/promises';
import { GanKitError, isGanKitError } from '../../errors.js';
import { isFloat32Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { boolean, given } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { isStateful } from '../../internal/state.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../io/checkpoint.js';
import type { CheckpointExtra } from '../../io/checkpoint.js';
import { toJSONText } from '../../io/json_text.js';
import type { SavedState, Stateful } from '../../types.js';
import { checkPath, writeFileAtomic } from './atomic_file.js';

/** Options of {@link saveCheckpoint}. */
export interface SaveCheckpointOptions {
  /** Values that the program needs to continue (step, options, curves), saved as JSON. */
  readonly extra?: CheckpointExtra;
  /** Whether a state with a NaN or an infinity is written too; default false. */
  readonly allowNonFinite?: boolean;
}

/**
 * Saves everything that a system needs to continue bit for bit. The state is that at the time of the call;
 * training may continue during the save.
 *
 * @param system a training system, the result of `checkpointOf` for your own trainer, or any component with
 *   `state()`.
 * @param path the file, in the safetensors format; the old file is kept if the process is killed while
 *   writing.
 * @param options See {@link SaveCheckpointOptions}.
 * @throws GanKitError if an argument is invalid or the state is not finite; the file is unchanged then. The
 *   file system's own errors as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { loadCheckpoint, saveCheckpoint } from 'gan-kit/node';
 * import { adam } from 'gan-kit/training';
 *
 * await saveCheckpoint(adam(), 'runs/1/checkpoint.safetensors', { extra: { step: 300 } });
 * const { step } = await loadCheckpoint(adam(), 'runs/1/checkpoint.safetensors');
 * console.log(step); // → 300
 * ```
 */
export async function saveCheckpoint(
  system: Stateful,
  path: string,
  options: SaveCheckpointOptions = {},
): Promise<void> {
  checkStateful('saveCheckpoint', system);
  checkPath('saveCheckpoint', path);
  const { extra = {}, allowNonFinite } = readOptions('saveCheckpoint', options, {
    extra: given<CheckpointExtra | undefined>(),
    allowNonFinite: boolean({ default: false }),
  });
  const text = toJSONText('saveCheckpoint', 'extra', extra); // a copy, since the caller may change it during the save
  const state = await system.state();
  if (!allowNonFinite) checkFinite('saveCheckpoint', state);
  await writeFileAtomic(path, encodeCheckpoint(state, JSON.parse(text) as CheckpointExtra));
}

/**
 * Restores the state of a system that `saveCheckpoint` saved.
 *
 * @param system a system that was built with the same options as the saved one.
 * @param path the file.
 * @returns the extra values that were saved with it.
 * @throws GanKitError if the file is damaged or does not fit the system, which is unchanged then; the file
 *   system's own errors (ENOENT) as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { loadCheckpoint, saveCheckpoint } from 'gan-kit/node';
 * import { adam } from 'gan-kit/training';
 *
 * await saveCheckpoint(adam(), 'runs/1/checkpoint.safetensors', { extra: { step: 300 } });
 * const { step } = await loadCheckpoint(adam(), 'runs/1/checkpoint.safetensors');
 * console.log(step); // → 300
 * ```
 */
export async function loadCheckpoint(system: Stateful, path: string): Promise<CheckpointExtra> {
  checkStateful('loadCheckpoint', system);
  checkPath('loadCheckpoint', path);
  const bytes = await readFile(path);
  const { state, extra } = await about(path, 'a whole checkpoint', () => decodeCheckpoint(bytes));
  await about(path, 'a checkpoint of this system', () => system.restore(state));
  return extra;
}

/** Runs `read`, and adds the path of the file to the message of its error. */
async function about<T>(path: string, rule: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!isGanKitError(cause)) throw cause;
    throw new GanKitError(
      cause.code,
      `loadCheckpoint: \`path\` must be ${rule}. Received: ${JSON.stringify(path)}.\n${cause.message}`,
      { cause, where: 'loadCheckpoint', parameter: 'path' },
    );
  }
}

/** Refuses a state with a NaN or an infinity, from which training cannot continue. */
function checkFinite(where: string, { arrays }: SavedState): void {
  for (const [key, { data }] of Object.entries(arrays))
    if (isFloat32Array(data) && !data.every(Number.isFinite))
      fail(
        'value',
        where,
        'system',
        'of finite weights and moments',
        `NaN or infinity in ${key}`,
        'The file was not touched. Pass allowNonFinite: true to write it all the same.',
      );
}

function checkStateful(where: string, system: Stateful): void {
  if (!isStateful(system))
    fail('type', where, 'system', 'a system or a component with state() and restore()', system);
}
