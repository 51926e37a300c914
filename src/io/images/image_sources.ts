import { fail } from '../../internal/check.js';
import { BadImage } from './bad_image.js';
import type { ImageDecoder } from './decode_image.js';
import type { Picture } from './picture.js';

/** A file that should contain an image. */
export interface ImageSource {
  readonly name: string;
  /** Reads the file; throws a BadImage if it is not available. */
  read(): Promise<Uint8Array>;
}

/** The treatment of a file that cannot be read. */
export type OnCorrupt = 'refuse' | 'skip';

/** Compares strings in Python's order, so that a data set has the order of the reference code. */
export function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((letter, i) => letter !== right[i]);
  if (at < 0) return left.length - right.length;
  return right[at] === undefined ? 1 : left[at]!.codePointAt(0)! - right[at].codePointAt(0)!;
}

/** The files of one domain, with the treatment of those that are not images. */
export class ImageSources {
  readonly names: readonly string[];
  /** Whether a file that is not an image is an error. */
  readonly refuses: boolean;
  private readonly where: string;
  private readonly sources: readonly ImageSource[];
  private readonly decode: ImageDecoder;
  private readonly check: (image: Picture) => void;
  private readonly skipped: Map<string, string>;
  private readonly warnings: Map<string, string>;
  /** The places of skipped files; not their names, as two domains may have files of the same name. */
  private readonly bad: Set<number> = new Set();

  /**
   * @param how.check Throws a BadImage for an unsuitable image, for example one that is too small.
   * @param how.skipped Receives the name of each skipped file, and the reason.
   * @param how.warnings Receives the name of each file that was read though something is wrong, and what is
   *   wrong.
   */
  constructor(
    where: string,
    sources: readonly ImageSource[],
    how: {
      readonly decode: ImageDecoder;
      readonly check: (image: Picture) => void;
      readonly onCorrupt: OnCorrupt;
      readonly skipped: Map<string, string>;
      readonly warnings: Map<string, string>;
    },
  ) {
    this.where = where;
    this.sources = sources;
    this.names = sources.map(({ name }) => name);
    this.decode = how.decode;
    this.check = how.check;
    this.refuses = how.onCorrupt === 'refuse';
    this.skipped = how.skipped;
    this.warnings = how.warnings;
  }

  /** Returns the number of files without those skipped so far. */
  get length(): number {
    return this.names.length - this.bad.size;
  }

  isBad(place: number): boolean {
    return this.bad.has(place);
  }

  /** Reads a file; returns undefined if the file is skipped. */
  async read(place: number): Promise<Picture | undefined> {
    if (this.isBad(place)) return undefined;
    const source = this.sources[place]!;
    try {
      const image = await this.decode(await source.read());
      this.check(image);
      if (image.warning !== undefined) this.warnings.set(source.name, image.warning);
      return image;
    } catch (error) {
      if (!(error instanceof BadImage)) throw error;
      if (this.refuses)
        fail(
          ...(['value', this.where, source.name, 'an image that can be read'] as const),
          ...([error.message, "Remove or repair the file, or pass onCorrupt: 'skip'."] as const),
        );
      this.bad.add(place);
      this.skipped.set(source.name, error.message);
      return undefined;
    }
  }

  /** Throws an error, because every file was skipped. */
  failWithoutAny(): never {
    const [first] = this.names;
    const rule = 'images, at least one of which can be read';
    fail('value', this.where, 'files', rule, `${this.names.length}, the first of them ${first}`);
  }
}
