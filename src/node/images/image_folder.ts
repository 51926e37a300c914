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
 * Lists the image files of a folder and of those within, in order of their paths. As Python's os.walk,
 * on which the reference code stands: links to files are followed, links to folders are not. Hidden
 * folders and the files that a Mac writes beside each file are passed over.
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

/** As what an entry is passed over; undefined for an image. */
async function kindOf(entry: Dirent, path: string): Promise<string | undefined> {
  if (entry.isDirectory()) return HIDDEN_FOLDER;
  return (await isLinkToFolder(entry, path)) ? LINKED_FOLDER : passedOverAs(entry.name);
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

async function readImage(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!FAULTS.includes(code)) throw error;
    throw new BadImage(`it cannot be opened, ${code}`);
  }
}
