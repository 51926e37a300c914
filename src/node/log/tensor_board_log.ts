import { appendFile, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { checkNumber, fail } from '../../internal/check.js';
import { readOptions } from '../../internal/read_options.js';
import type { RasterImage } from '../../io/image_grid.js';
import { checkPath } from '../files/atomic_file.js';
import { checkRaster } from '../images/png.js';
import { imageRecord, scalarsRecord, startRecord, versionRecord } from './event_record.js';
import type { Moment } from './event_record.js';
import { checkValues, LOG_OPTIONS } from './log_options.js';
import type { LogOptions } from './log_options.js';

/** A log that TensorBoard shows. */
export interface TensorBoardLog {
  /** The event file. */
  readonly path: string;
  /** Adds numbers of a step, each as a point of the curve of its name. */
  scalars(step: number, values: Readonly<Record<string, number>>): Promise<void>;
  /** Adds a picture of a step. */
  image(step: number, name: string, image: RasterImage): Promise<void>;
}

/** Number of files that this process has begun. */
let files = 0;

const now = (): number => Date.now() / 1000;

/**
 * Begins a TensorBoard event file: scalars (`simple_value`) and PNG images, which `tensorboard --logdir FOLDER` shows while
 * the training runs. Each call of its methods appends one whole record; a reader takes a file that was cut off in one up to
 * there.
 *
 * @param folder The folder of the run; it is made if it is missing. A run that resumes adds a file to it.
 * @param options `after`: the step that the run goes on from, 0 for one that begins; TensorBoard then drops what earlier
 *   files of the folder have of later steps. All of them stay if it is omitted.
 * @returns The log. It holds no file open, so that there is nothing to close.
 * @throws GanKitError if an argument is invalid; the file system's own errors as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { tensorBoardLog } from 'gan-kit/node';
 *
 * const log = await tensorBoardLog('runs/1', { after: 0 });
 * await log.scalars(10, { discriminator: 1.31, generator: 0.72 });
 * await log.image(10, 'samples', { width: 1, height: 1, channels: 1, data: Uint8Array.of(255) });
 * console.log(/^events\.out\.tfevents\./.test(log.path.slice('runs/1/'.length))); // → true
 * ```
 */
export async function tensorBoardLog(
  folder: string,
  options: LogOptions = {},
): Promise<TensorBoardLog> {
  const where = 'tensorBoardLog';
  checkPath(where, folder, 'folder');
  const { after } = readOptions(where, options, LOG_OPTIONS);
  await mkdir(folder, { recursive: true });
  // readers take files in the order of their names
  const [time, count] = [Date.now(), files++];
  const seconds = `${Math.floor(time / 1000)}.${String(time % 1000).padStart(3, '0')}`;
  const id = `${seconds}.${String(count).padStart(4, '0')}.${process.pid}.${hostname()}`;
  const path = join(folder, `events.out.tfevents.${id}`);
  await appendFile(path, versionRecord(now()));
  const moment = (step: number): Moment => ({ wallTime: now(), step });
  if (after !== undefined) await appendFile(path, startRecord(moment(after + 1)));
  return {
    path,
    async scalars(step, values) {
      checkValues('TensorBoardLog.scalars', step, values);
      await appendFile(path, scalarsRecord(moment(step), values));
    },
    async image(step, name, image) {
      const where = 'TensorBoardLog.image';
      checkNumber(where, 'step', step, { integer: true, min: 0 });
      if (typeof name !== 'string') fail('type', where, 'name', 'a string', name);
      checkRaster(where, image);
      await appendFile(path, imageRecord(moment(step), name, image));
    },
  };
}
