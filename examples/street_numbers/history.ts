import type { TrainingHistory } from '../training_run.js';
import type { Agreement } from './agreement.js';

/** The agreement on the way. */
export interface Milestone extends Agreement {
  readonly step: number;
  /** Seconds of training so far, without reading and drawing. */
  readonly seconds: number;
}

/** Everything a report draws. */
export interface History extends TrainingHistory {
  /** The losses by their names in CycleGANLosses. */
  losses: Record<string, number[]>;
  milestones: Milestone[];
  /** Seen so far, of both domains. */
  images: number;
}

export const emptyHistory = (): History => ({
  steps: [],
  losses: {},
  milestones: [],
  grids: [],
  seconds: 0,
  images: 0,
});
