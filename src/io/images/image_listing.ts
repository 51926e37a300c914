import type { ImageSource } from './image_sources.js';

/** What a list of files holds: the images, and how many others there are of each kind. */
export interface ImageListing {
  readonly sources: readonly ImageSource[];
  readonly passedOver: PassedOver;
}

/**
 * How many files were passed over, by kind: an extension in lower case, `'._*'` for what a Mac writes
 * beside each file, and others in words.
 */
export type PassedOver = ReadonlyMap<string, number>;

const EXTENSIONS = /\.(png|jpe?g|ppm|bmp|tiff?)$/i;

/** The kind of a folder whose name begins with a dot, which no data set keeps its images in. */
export const HIDDEN_FOLDER = 'hidden folders';
/** The kind of a link to a folder, which Python's os.walk does not follow. */
export const LINKED_FOLDER = 'links to folders';

/**
 * Names the kind for which a file is passed over; undefined where the reference code would take it,
 * as it takes PPM, BMP and TIFF: what is in a file shows later.
 */
export function passedOverAs(name: string): string | undefined {
  if (name.startsWith('._')) return '._*'; // what a Mac knows of the file of that name
  if (EXTENSIONS.test(name)) return undefined;
  return /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? 'names without extension';
}

/** Counts one more of a kind. */
export function countOne(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

/** The sum of two counts. */
export function bothPassedOver(one: PassedOver, other: PassedOver): PassedOver {
  const sum = new Map(one);
  for (const [kind, count] of other) sum.set(kind, (sum.get(kind) ?? 0) + count);
  return sum;
}

/** Says what was found where no image was: `'12 .webp, 3 ._*'`; undefined where nothing was. */
export function adviceOf(passedOver: PassedOver): string | undefined {
  if (passedOver.size === 0) return undefined;
  const kinds = [...passedOver].map(([kind, count]) => `${count} ${kind}`);
  return `Passed over: ${kinds.join(', ')}. Only PNG and JPEG are read; convert other kinds.`;
}
