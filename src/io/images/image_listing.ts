import type { ImageSource } from './image_sources.js';

/** The images in a list of files, and the number of other files of each kind. */
export interface ImageListing {
  readonly sources: readonly ImageSource[];
  readonly passedOver: PassedOver;
}

/**
 * The number of files that are not used, by kind: an extension in lower case, `'._*'` for the files that macOS
 * writes next to others, or a description.
 */
export type PassedOver = ReadonlyMap<string, number>;

const EXTENSIONS = /\.(png|jpe?g|ppm|bmp|tiff?)$/i;

/** The kind of folders whose name begins with a dot; no data set has its images there. */
export const HIDDEN_FOLDER = 'hidden folders';
/** The kind of links to folders, which Python's os.walk does not follow. */
export const LINKED_FOLDER = 'links to folders';

/**
 * Returns the kind under which an unused file is counted. Returns undefined if the reference code would use the
 * file; that includes PPM, BMP and TIFF, as the content is checked later.
 */
export function passedOverAs(name: string): string | undefined {
  if (name.startsWith('._')) return '._*'; // what macOS stores about the file of that name
  if (EXTENSIONS.test(name)) return undefined;
  return /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? 'names without extension';
}

/** Adds one to the count of a kind. */
export function countOne(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

/** Returns the sum of two counts by kind. */
export function bothPassedOver(one: PassedOver, other: PassedOver): PassedOver {
  const sum = new Map(one);
  for (const [kind, count] of other) sum.set(kind, (sum.get(kind) ?? 0) + count);
  return sum;
}

/**
 * Describes the unused files, for an error about a list without images: `'12 .webp, 3 ._*'`; returns undefined if
 * there are none.
 */
export function adviceOf(passedOver: PassedOver): string | undefined {
  if (passedOver.size === 0) return undefined;
  const kinds = [...passedOver].map(([kind, count]) => `${count} ${kind}`);
  return `Passed over: ${kinds.join(', ')}. Only PNG and JPEG are read; convert other kinds.`;
}
