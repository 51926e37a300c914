import type { TrainingHistory } from '../training_run.js';
import type { Agreement } from './agreement.js';

/** The agreement at one step of the training. */
export interface Milestone extends Agreement {
  readonly step: number;
  /** Seconds of training so far, without measuring the agreement and drawing pictures. */
  readonly seconds: number;
}

/** The data that a report draws. */
export interface History extends TrainingHistory {
  /** The losses by their names in CycleGANLosses. */
  losses: Record<string, number[]>;
  milestones: Milestone[];
  /** Number of training images used so far, of both domains. */
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
