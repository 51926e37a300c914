import { countFrom } from '../../internal/state.js';
import type { SavedState, Stateful } from '../../types.js';

/** How many steps a system made, and how many it undid. */
export class StepCounter implements Stateful {
  made = 0;
  /** Steps that were undone, as they were not finite, and passed over. */
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
