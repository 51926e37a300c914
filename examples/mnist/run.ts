import { IN_FOLDERS } from '../training_run.js';
import { DigitsRun } from './digits_run.js';

export type { RunOptions } from './digits_run.js';

/** A run that keeps its files in the folder of its options. */
export class Run extends DigitsRun {
  protected override readonly files = IN_FOLDERS;
}
