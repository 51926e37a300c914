import type { TrainingHistory } from '../training_run.js';
import type { Scores } from './scores.js';

/** A score on the way. */
export interface Milestone extends Scores {
  readonly step: number;
  /** Seconds of training so far, without scoring and drawing. */
  readonly seconds: number;
}

/** Everything a report draws. */
export interface History extends TrainingHistory {
  discriminator: number[];
  generator: number[];
  /** Of systems that have one. */
  penalty: number[];
  /** Steps at which gradients and σ were noted, and their values by layer. */
  watched: number[];
  gradients: Record<string, number[]>;
  sigmas: Record<string, number[]>;
  warnings: string[];
  milestones: Milestone[];
  /** Seen so far. */
  images: number;
}

export const emptyHistory = (): History => ({
  steps: [],
  discriminator: [],
  generator: [],
  penalty: [],
  watched: [],
  gradients: {},
  sigmas: {},
  warnings: [],
  milestones: [],
  grids: [],
  seconds: 0,
  images: 0,
});
