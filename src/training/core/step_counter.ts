import { countFrom } from '../../internal/state.js';
import type { SavedState, Stateful } from '../../types.js';

/** The numbers of steps that a system made and undid. */
export class StepCounter implements Stateful {
  made = 0;
  /** Number of steps that were undone and skipped, because they were not finite. */
  skipped = 0;

  async state(): Promise<SavedState> {
    const { made, skipped } = this;
    return { values: { made, ...(skipped > 0 && { skipped }) }, arrays: {} };
  }

  async restore(state: SavedState): Promise<void> {
    // older files count the steps of the discriminator
    const made = countFrom('restore', state, 'made' in state.values ? 'made' : 'discriminator');
    this.skipped = 'skipped' in state.values ? countFrom('restore', state, 'skipped') : 0;
    this.made = made;
  }
}
