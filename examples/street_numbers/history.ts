import type { Agreement } from './agreement.js';

/** The agreement on the way. */
export interface Milestone extends Agreement {
  readonly step: number;
  /** Seconds of training so far, without reading and drawing. */
  readonly seconds: number;
}

/** Everything a report draws; it travels with the checkpoint, so a resumed run shows all of it. */
export interface History {
  /** Generator steps at which the losses were noted. */
  steps: number[];
  /** The losses by their names in CycleGANLosses. */
  losses: Record<string, number[]>;
  milestones: Milestone[];
  /** Steps of which there are pictures. */
  grids: number[];
  seconds: number;
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
