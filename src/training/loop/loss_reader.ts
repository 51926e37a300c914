import { getBackend } from '@tensorflow/tfjs-core';
import type { TrainingSystem } from '../../types.js';

/** A maker of steps that waits for losses no more often than it must. */
export interface LossReader<Batch, Losses> {
  /**
   * Makes a step.
   *
   * @param isDue Whether its losses are needed now.
   * @returns Its losses if they are; otherwise the latest that are known.
   */
  step(batch: Batch, isDue: boolean): Promise<Losses | undefined>;
  /** Returns the losses of the last step. */
  last(): Promise<Losses | undefined>;
}

interface ReadsLater {
  lastLosses?: () => Promise<object>;
}

/** Makes one: on a GPU it reads the losses of a step while the next one is computed. */
export function lossReader<Batch, Losses>(
  system: TrainingSystem<Batch, Losses>,
): LossReader<Batch, Losses> {
  const late = system as ReadsLater;
  let known: Losses | undefined;
  if (typeof late.lastLosses !== 'function' || !getBackend().startsWith('webg'))
    return {
      step: async (batch) => (known = await system.trainStep(batch)),
      last: async () => known,
    };
  const take = (losses: object): void => {
    if (Object.keys(losses).length > 0) known = losses as Losses;
  };
  const last = async () => {
    take(await late.lastLosses!());
    return known;
  };
  return {
    async step(batch, isDue) {
      take(await system.trainStep(batch, { read: 'later' }));
      return isDue ? last() : known;
    },
    last,
  };
}
