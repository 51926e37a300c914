import type { TrainingHistory } from '../portable_run.js';
import type { Scores } from './scores.js';

/** The scores at one step of the training. */
export interface Milestone extends Scores {
  readonly step: number;
  /** Seconds of training so far, without scoring and drawing pictures. */
  readonly seconds: number;
}

/** The data that a report draws. */
export interface History extends TrainingHistory {
  discriminator: number[];
  generator: number[];
  /** The values of the penalty, for systems that have one. */
  penalty: number[];
  /** The steps at which gradients and σ were recorded; the next two fields are their values by layer. */
  watched: number[];
  gradients: Record<string, number[]>;
  sigmas: Record<string, number[]>;
  warnings: string[];
  milestones: Milestone[];
  /** Number of training images used so far. */
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
