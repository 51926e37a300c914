import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isUint8Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { custom } from '../../internal/option_kinds.js';
import type { Option } from '../../internal/read_options.js';

/**
 * Writes a file so that its path always has complete content, old or new, even if the process is killed
 * or the power fails.
 *
 * The data is written to `.NAME.UUID.tmp` in the same folder, forced to the disk, and then replaces the old
 * file in one step. A killed process may leave such a `.tmp` file; it is never read.
 *
 * @param path the file; missing folders are made.
 * @param data bytes, or text that is written as UTF-8.
 * @throws GanKitError if an argument is invalid; the file system's own errors (ENOSPC, EACCES) as they are.
 *   The old file is unchanged then.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { writeFileAtomic } from 'gan-kit/node';
 *
 * await writeFileAtomic('runs/1/scores.json', JSON.stringify({ score: 9.02 }));
 * console.log(await readFile('runs/1/scores.json', 'utf8')); // → {"score":9.02}
 * ```
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  checkPath('writeFileAtomic', path);
  if (typeof data !== 'string' && !isUint8Array(data))
    fail('type', 'writeFileAtomic', 'data', 'a Uint8Array or a string', data);
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Forces the new name to the disk too, if folders can be synced: not on Windows or some network drives. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Checks a path that the caller gave. */
export function checkPath(
  where: string,
  path: unknown,
  parameter: string = 'path',
): asserts path is string {
  if (typeof path !== 'string' || path === '' || path.includes('\0'))
    fail('type', where, parameter, 'a path, a string that is not empty', path);
}

/** Reads an option that is a path. */
export const pathOption = (): Option<string> =>
  custom<string>((where, parameter, value): asserts value is string =>
    checkPath(where, value, parameter),
  );
