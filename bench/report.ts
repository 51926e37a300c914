import { join } from 'node:path';
import { writeFileAtomic } from 'gan-kit/node';

interface Section {
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly data: unknown;
}

/** The results so far. Both files are complete after every case, so that a run that ends early leaves its results. */
export class Report {
  private readonly sections = new Map<string, Section>();

  constructor(
    private readonly folder: string,
    private readonly machine: string,
  ) {}

  /**
   * Replaces the section of this key, or adds one at the end, and writes the files.
   *
   * @param key The key of the data in results.json.
   */
  async set(
    key: string,
    heading: string,
    paragraphs: readonly string[],
    data: unknown,
  ): Promise<void> {
    this.sections.set(key, { heading, paragraphs, data });
    const json: Record<string, unknown> = { machine: this.machine };
    for (const [key, { data }] of this.sections) json[key] = data;
    await writeFileAtomic(join(this.folder, 'results.md'), `${this.markdown()}\n`);
    await writeFileAtomic(join(this.folder, 'results.json'), JSON.stringify(json));
  }

  markdown(): string {
    const texts = [...this.sections.values()].map(({ heading, paragraphs }) =>
      [`## ${heading}`, ...paragraphs.filter((text) => text !== '')].join('\n\n'),
    );
    return [`${this.machine}.`, ...texts].join('\n\n');
  }
}
