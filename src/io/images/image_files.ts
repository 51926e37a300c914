import { fail } from '../../internal/check.js';
import { adviceOf, countOne, HIDDEN_FOLDER, passedOverAs } from './image_listing.js';
import type { ImageListing } from './image_listing.js';
import { byCodePoint } from './image_sources.js';
import type { ImageSource } from './image_sources.js';

/** The needed part of a `File`, which comes from `<input type="file">`, from a drop, or from a program. */
export interface ImageFile {
  readonly name: string;
  /** The path that an input with `webkitdirectory` sets; it names the file if it is not empty. */
  readonly webkitRelativePath?: string;
  /** Reads the content. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Selects those of a user's files that have the name of an image, sorted by name; counts the others by kind. */
export function imageFiles(where: string, parameter: string, files: unknown): ImageListing {
  const rule = 'an array or FileList of files, each with name and arrayBuffer()';
  const list = isList(files) ? Array.from(files) : fail('type', where, parameter, rule, files);
  const sources: ImageSource[] = [];
  const passedOver = new Map<string, number>();
  const hidden = new Set<string>();
  for (const file of list) {
    if (!isFile(file)) fail('type', where, parameter, rule, file);
    const name = file.webkitRelativePath || file.name;
    const folder = hiddenFolderOf(name);
    const kind = passedOverAs(name.slice(name.lastIndexOf('/') + 1));
    if (folder !== undefined) hidden.add(folder);
    else if (kind !== undefined) countOne(passedOver, kind);
    else sources.push({ name, read: async () => new Uint8Array(await file.arrayBuffer()) });
  }
  if (hidden.size > 0) passedOver.set(HIDDEN_FOLDER, hidden.size);
  if (sources.length === 0)
    fail(
      ...(['value', where, parameter, 'files with at least one PNG or JPEG image', files] as const),
      adviceOf(passedOver),
    );
  sources.sort((one, other) => byCodePoint(one.name, other.name));
  return { sources, passedOver };
}

/** Returns the hidden folder that contains a file, below the chosen folder; undefined if there is none. */
function hiddenFolderOf(name: string): string | undefined {
  const folders = name.split('/').slice(0, -1);
  const at = folders.findIndex((folder, depth) => depth > 0 && folder.startsWith('.'));
  return at < 0 ? undefined : folders.slice(0, at + 1).join('/');
}

/** Returns whether a value is a list, for example an array or the FileList of an input. */
const isList = (value: unknown): value is ArrayLike<unknown> =>
  typeof value === 'object' && value !== null && 'length' in value;

const isFile = (value: unknown): value is ImageFile =>
  typeof (value as ImageFile | null)?.name === 'string' &&
  typeof (value as ImageFile).arrayBuffer === 'function';
