import { fail } from '../../internal/check.js';
import { byCodePoint, isImageName } from './image_sources.js';
import type { ImageSource } from './image_sources.js';

/** The part of a `File` that is needed, from `<input type="file">`, from a drop, or made by hand. */
export interface ImageFile {
  readonly name: string;
  /** Set by an input with `webkitdirectory`; names the file if it is there. */
  readonly webkitRelativePath?: string;
  /** What is in it. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Those of a user's files that are named as images, in order of their names. */
export function imageFiles(where: string, parameter: string, files: unknown): ImageSource[] {
  const rule = 'a list of files, with a name and arrayBuffer() each';
  const list = isList(files) ? Array.from(files) : fail('type', where, parameter, rule, files);
  for (const file of list) if (!isFile(file)) fail('type', where, parameter, rule, file);
  const sources = (list as ImageFile[])
    .map((file) => ({
      name: file.webkitRelativePath || file.name,
      read: async () => new Uint8Array(await file.arrayBuffer()),
    }))
    .filter(({ name }) => isImageName(name))
    .sort((one, other) => byCodePoint(one.name, other.name));
  if (sources.length === 0)
    fail('value', where, parameter, 'files with at least one PNG or JPEG image', files);
  return sources;
}

/** An array, or the FileList of an input. */
const isList = (value: unknown): value is ArrayLike<unknown> =>
  typeof value === 'object' && value !== null && 'length' in value;

const isFile = (value: unknown): value is ImageFile =>
  typeof (value as ImageFile | null)?.name === 'string' &&
  typeof (value as ImageFile).arrayBuffer === 'function';
