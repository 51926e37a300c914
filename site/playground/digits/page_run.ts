import { decodeCheckpoint, encodeCheckpoint } from 'gan-kit/io';
import type { Images } from '../../../examples/mnist/data.js';
import { DigitsRun } from '../../../examples/mnist/digits_run.js';
import type { Scorer } from '../../../examples/mnist/scores.js';
import type { Rhythm, RunFiles } from '../../../examples/portable_run.js';
import { optionsOf } from './settings.js';
import type { Settings } from './settings.js';

/** The page shows a picture several times a second, and keeps none. */
const RHYTHM: Partial<Rhythm> = { grid: Infinity, score: 250, checkpoint: 100 };

/** What keeps the last checkpoint. */
export interface Keeper {
  /** Keeps a checkpoint; the previous one stays until this one is complete. */
  keep(bytes: Uint8Array, step: number): Promise<void>;
}

/** The run of `npm run demo`, with checkpoints that are bytes. */
export class PageRun extends DigitsRun {
  protected override readonly files: RunFiles = {
    savePicture: () => Promise.resolve(),
    readPicture: () => undefined,
    saveCheckpoint: async (system, _, extra) =>
      this.keeper.keep(encodeCheckpoint(await system.state(), extra), this.step),
    loadCheckpoint: async (system) => {
      const { state, extra } = decodeCheckpoint(this.given);
      await system.restore(state);
      return extra;
    },
  };
  private given = new Uint8Array();

  constructor(
    readonly settings: Settings,
    images: Images,
    scorer: Scorer,
    private readonly keeper: Keeper,
    rhythm = RHYTHM,
  ) {
    super(optionsOf(settings), images, scorer, rhythm);
  }

  /** Continues from a checkpoint, of this page or of the demo. */
  async continueFrom(bytes: Uint8Array): Promise<void> {
    this.given = new Uint8Array(bytes);
    await this.resume();
    this.given = new Uint8Array();
  }

  /** Returns the checkpoint. */
  async bytes(): Promise<Uint8Array> {
    return encodeCheckpoint(await this.system.state(), this.extra);
  }
}
