import type { Scores } from './scores.js';

/** A score on the way. */
export interface Milestone extends Scores {
  readonly step: number;
  /** Seconds of training so far, without scoring and drawing. */
  readonly seconds: number;
}

/** Everything a report draws; it travels with the checkpoint, so a resumed run shows all of it. */
export interface History {
  /** Generator steps at which the losses were noted, and the losses. */
  steps: number[];
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
  /** Steps of which there is a sample grid. */
  grids: number[];
  seconds: number;
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

/** Appends a value to the series of each layer. */
export function note(series: Record<string, number[]>, values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) (series[name] ??= []).push(value);
}
