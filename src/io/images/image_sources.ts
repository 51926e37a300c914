import { fail } from '../../internal/check.js';
import type { RasterImage } from '../image_grid.js';
import { BadImage } from './bad_image.js';
import type { ImageDecoder } from './decode_image.js';

/** A file that should hold an image. */
export interface ImageSource {
  readonly name: string;
  /** Throws a BadImage where the file is not to be had. */
  read(): Promise<Uint8Array>;
}

/** What happens at a file that cannot be read. */
export type OnCorrupt = 'refuse' | 'skip';

/** Python's order of strings, so that a data set has the order of the reference code. */
export function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((letter, i) => letter !== right[i]);
  if (at < 0) return left.length - right.length;
  return right[at] === undefined ? 1 : left[at]!.codePointAt(0)! - right[at].codePointAt(0)!;
}

/** The files of one domain, and what to do at those that are none. */
export class ImageSources {
  readonly names: readonly string[];
  private readonly where: string;
  private readonly sources: readonly ImageSource[];
  private readonly decode: ImageDecoder;
  private readonly onCorrupt: OnCorrupt;
  private readonly skipped: Map<string, string>;
  /** By place, as two domains may have files of one name. */
  private readonly bad: Set<number> = new Set();

  /** @param skipped Gets the name of each file that was passed over, and why. */
  constructor(
    where: string,
    sources: readonly ImageSource[],
    decode: ImageDecoder,
    onCorrupt: OnCorrupt,
    skipped: Map<string, string>,
  ) {
    this.where = where;
    this.sources = sources;
    this.names = sources.map(({ name }) => name);
    this.decode = decode;
    this.onCorrupt = onCorrupt;
    this.skipped = skipped;
  }

  /**
   * What `make` makes of a file. In the place of one that is skipped comes the next in the list that
   * is not, so that a batch stays a function of its number and of the files.
   */
  async use<T>(index: number, make: (image: RasterImage) => T): Promise<T> {
    for (let tries = 0; tries < this.sources.length; tries++) {
      const place = (index + tries) % this.sources.length;
      const source = this.sources[place]!;
      if (this.bad.has(place)) continue;
      try {
        return make(await this.decode(await source.read()));
      } catch (error) {
        if (!(error instanceof BadImage)) throw error;
        if (this.onCorrupt === 'refuse')
          fail(
            'value',
            this.where,
            source.name,
            'an image that can be read',
            error.message,
            "Remove or repair the file, or pass onCorrupt: 'skip'.",
          );
        this.bad.add(place);
        this.skipped.set(source.name, error.message);
      }
    }
    const [first] = this.names;
    const rule = 'images, at least one of which can be read';
    fail('value', this.where, 'files', rule, `${this.names.length}, the first of them ${first}`);
  }
}
