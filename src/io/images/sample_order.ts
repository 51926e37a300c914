import type { ImageSources } from './image_sources.js';
import type { Picture } from './picture.js';

/**
 * The order in which samples show files. Skipped files leave the order, so that in each epoch all others come as
 * often as they would without them. Sample n still depends only on n, the order and the files: if a later sample
 * is read first, as in a continued run, the files of the first epoch are checked up to it.
 */
export class SampleOrder {
  private readonly sources: ImageSources;
  private readonly fileAt: (n: number) => number;
  /** The usable files of the first epoch, as far as it was checked. */
  private first: number[] = [];
  private looked = 0;
  /** The last check; the next one waits for it, because each check depends on those before. */
  private looking: Promise<unknown> = Promise.resolve();
  private last: { epoch: number; files: number[] } | undefined; // a cache, not state

  /**
   * @param fileAt Returns the nth file, counted over all epochs, usable or not; if files can be skipped, each
   *   epoch must have every file once.
   */
  constructor(sources: ImageSources, fileAt: (n: number) => number) {
    this.sources = sources;
    this.fileAt = fileAt;
  }

  /** Reads the image of sample n. */
  async image(n: number): Promise<Picture> {
    if (this.sources.refuses) return (await this.sources.read(this.fileAt(n)))!;
    for (;;) {
      const looking = this.looking.then(() => this.lookFor(n));
      this.looking = looking.catch(() => undefined);
      const seen = await looking;
      if (seen !== undefined) return seen;
      const image = await this.sources.read(this.fileOf(n));
      if (image !== undefined) return image;
      // it could be read before, but not any more
      this.first = this.first.filter((file) => !this.sources.isBad(file));
      this.last = undefined;
    }
  }

  /** Checks the files of the first epoch up to sample n; returns its image if this call read it. */
  private async lookFor(n: number): Promise<Picture | undefined> {
    const { sources } = this;
    while (this.looked < sources.names.length && this.first.length <= n) {
      const file = this.fileAt(this.looked);
      const image = await sources.read(file);
      this.looked++;
      if (image !== undefined) this.first.push(file);
      if (this.first.length > n) return image;
    }
    if (this.first.length === 0) sources.failWithoutAny();
    return undefined;
  }

  /** Returns the file of sample n, after `lookFor(n)`. */
  private fileOf(n: number): number {
    if (this.looked < this.sources.names.length) return this.first[n]!;
    const epoch = Math.floor(n / this.first.length);
    if (this.last?.epoch !== epoch) this.last = { epoch, files: this.filesOf(epoch) };
    return this.last.files[n % this.first.length]!;
  }

  private filesOf(epoch: number): number[] {
    const { names } = this.sources;
    const files = names.map((_, i) => this.fileAt(epoch * names.length + i));
    return files.filter((file) => !this.sources.isBad(file));
  }
}
