import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { loadCheckpoint, saveCheckpoint, savePNG } from 'gan-kit/node';
import { PortableRun } from './portable_run.js';
import type { LeastOptions, RunFiles, TrainingRunOptions } from './portable_run.js';

export { append } from './portable_run.js';
export type {
  LeastOptions,
  Rhythm,
  StepLosses,
  TrainingHistory,
  TrainingRunOptions,
} from './portable_run.js';

/** The file system of Node. */
export const IN_FOLDERS: RunFiles = {
  savePicture: savePNG,
  readPicture: (path) => (existsSync(path) ? readFileSync(path) : undefined),
  saveCheckpoint: (system, path, extra) => saveCheckpoint(system, path, { extra }),
  loadCheckpoint,
};

/** A training run that keeps its files in the folder of its options. */
export abstract class TrainingRun<
  Options extends LeastOptions = TrainingRunOptions,
> extends PortableRun<Options> {
  protected override readonly files = IN_FOLDERS;

  constructor(...of: ConstructorParameters<typeof PortableRun<Options>>) {
    super(...of);
    mkdirSync(this.options.out, { recursive: true });
  }
}
