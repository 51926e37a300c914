import type { Dirent } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../internal/check.js';
import { BadImage } from '../io/images/bad_image.js';
import { byCodePoint, isImageName } from '../io/images/image_sources.js';
import type { ImageSource } from '../io/images/image_sources.js';

/**
 * The image files of a folder and of those within, in order of their paths. As Python's os.walk, on
 * which the reference code stands: links to files are followed, links to folders are not.
 */
export async function imageFolder(
  where: string,
  parameter: string,
  folder: unknown,
): Promise<ImageSource[]> {
  if (typeof folder !== 'string' || folder === '')
    fail('type', where, parameter, 'a path, a string that is not empty', folder);
  const paths = await filesIn(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    fail('value', where, parameter, 'a folder that exists', folder);
  });
  const images = paths.filter(isImageName).sort(byCodePoint);
  if (images.length === 0)
    fail('value', where, parameter, 'a folder with at least one PNG or JPEG image', folder);
  return images.map((name) => ({ name, read: () => readImageFile(name) }));
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return (await isLinkToFolder(entry, path)) ? [] : [path];
    }),
  );
  return found.flat();
}

/** A link that leads nowhere counts as a file, which is then found to be unreadable. */
const isLinkToFolder = async (entry: Dirent, path: string) =>
  entry.isSymbolicLink() &&
  (await stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  ));

/** What is wrong with the file itself; other errors, such as too many open files, are no fault of it. */
const FAULTS: readonly (string | undefined)[] = ['ENOENT', 'EISDIR', 'ELOOP', 'EACCES', 'EPERM'];

async function readImageFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!FAULTS.includes(code)) throw error;
    throw new BadImage(`it cannot be opened, ${code}`);
  }
}
