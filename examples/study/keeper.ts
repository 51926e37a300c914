import { existsSync, readFileSync, rmSync } from 'node:fs';
import { writeFileAtomic } from 'gan-kit/node';

/** What keeps the checkpoint of a job. At any time it is a whole one: the last, or the one before. */
export interface Keeper {
  load(): Promise<Uint8Array | undefined>;
  save(checkpoint: Uint8Array): Promise<void>;
}

/** Keeps a checkpoint as a file. */
export class FileKeeper implements Keeper {
  constructor(private readonly path: string) {}

  async load(): Promise<Uint8Array | undefined> {
    return existsSync(this.path) ? new Uint8Array(readFileSync(this.path)) : undefined;
  }

  save(checkpoint: Uint8Array): Promise<void> {
    return writeFileAtomic(this.path, checkpoint);
  }

  forget(): void {
    rmSync(this.path, { force: true });
  }
}
