import type { Dirent } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../../internal/check.js';
import { BadImage } from '../../io/images/bad_image.js';
import {
  adviceOf,
  countOne,
  HIDDEN_FOLDER,
  LINKED_FOLDER,
  passedOverAs,
} from '../../io/images/image_listing.js';
import type { ImageListing } from '../../io/images/image_listing.js';
import { byCodePoint } from '../../io/images/image_sources.js';

/**
 * Lists the image files of a folder and of its subfolders, in order of their paths. Follows links to files
 * but not links to folders, as Python's os.walk does, which the reference code uses. Ignores hidden folders
 * and the `._*` files that macOS writes beside other files.
 */
export async function imageFolder(
  where: string,
  parameter: string,
  folder: unknown,
): Promise<ImageListing> {
  if (typeof folder !== 'string' || folder === '')
    fail('type', where, parameter, 'a path, a string that is not empty', folder);
  const passedOver = new Map<string, number>();
  const paths = await imagesIn(folder, passedOver).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    fail('value', where, parameter, 'a folder that exists', folder);
  });
  if (paths.length === 0)
    fail(
      ...(['value', where, parameter, 'a folder with at least one PNG or JPEG image'] as const),
      ...([folder, adviceOf(passedOver)] as const),
    );
  const sources = paths.sort(byCodePoint).map((name) => ({ name, read: () => readImage(name) }));
  return { sources, passedOver };
}

async function imagesIn(folder: string, passedOver: Map<string, number>): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.')) return imagesIn(path, passedOver);
      const kind = await kindOf(entry, path);
      if (kind === undefined) return [path];
      countOne(passedOver, kind);
      return [];
    }),
  );
  return found.flat();
}

/** Returns the kind under which an ignored entry is counted; undefined for an image. */
async function kindOf(entry: Dirent, path: string): Promise<string | undefined> {
  if (entry.isDirectory()) return HIDDEN_FOLDER;
  return (await isLinkToFolder(entry, path)) ? LINKED_FOLDER : passedOverAs(entry.name);
}

/** Returns whether an entry is a link to a folder. A broken link counts as a file, which then cannot be read. */
const isLinkToFolder = async (entry: Dirent, path: string) =>
  entry.isSymbolicLink() &&
  (await stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  ));

/** Codes of errors that the file itself causes; others, such as too many open files, have other causes. */
const FAULTS: readonly (string | undefined)[] = ['ENOENT', 'EISDIR', 'ELOOP', 'EACCES', 'EPERM'];

async function readImage(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!FAULTS.includes(code)) throw error;
    throw new BadImage(`it cannot be opened, ${code}`);
  }
}
