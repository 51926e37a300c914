import { checkOneOf } from '../../internal/check.js';
import { checkState } from '../../internal/state.js';
import type { SavedState, Stateful } from '../../types.js';

/** What the generators of a stack are conditioned on: features of real images, or those that the level above makes. */
export type StackMode = 'independent' | 'joint';

/** The modes by name. */
export const STACK_MODES = ['independent', 'joint'] as const;

/** The mode of a stack as a component. */
export class StackModeState implements Stateful {
  constructor(public current: StackMode) {}

  async state(): Promise<SavedState> {
    return { values: { mode: this.current }, arrays: {} };
  }

  async restore(state: SavedState): Promise<void> {
    const where = 'StackedGAN.restore';
    checkState(where, state);
    const { mode } = state.values;
    checkOneOf(where, "state.values['mode']", mode, STACK_MODES);
    this.current = mode;
  }
}
