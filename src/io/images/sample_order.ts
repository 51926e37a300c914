import type { ImageSources } from './image_sources.js';
import type { Picture } from './picture.js';

/**
 * Which file each sample shows. Those that are skipped leave the order, so that in each epoch all
 * others come as often as they would without them; still, sample n is a function of n, the order and
 * the files alone: whoever asks for a later sample first, as a run that goes on does, has the files
 * of the first epoch looked at up to there.
 */
export class SampleOrder {
  private readonly sources: ImageSources;
  private readonly fileAt: (n: number) => number;
  /** The files of the first epoch that are none of those skipped, as far as it was looked at. */
  private first: number[] = [];
  private looked = 0;
  /** One look after another, as each depends on those before. */
  private looking: Promise<unknown> = Promise.resolve();
  private last: { epoch: number; files: number[] } | undefined; // remembered, not state

  /**
   * @param fileAt Which file comes nth, of those counted over all epochs, good or bad; where any are
   *   skipped, each epoch has to have every file once.
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
      // it could be read once and can no more
      this.first = this.first.filter((file) => !this.sources.isBad(file));
      this.last = undefined;
    }
  }

  /** Looks through the first epoch up to sample n; gives its image if it was read only now. */
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

  /** Which file sample n shows, once it was looked for. */
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
