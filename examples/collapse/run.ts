import { setImmediate } from 'node:timers/promises';
import { drawPoints } from '../gaussians/mixtures.js';
import type { Points } from '../gaussians/mixtures.js';
import { coverage, RING } from './coverage.js';
import type { Coverage } from './coverage.js';
import { lengthOf, METHODS } from './methods.js';
import type { Learner, Method, MethodName } from './methods.js';

/** A run, which it determines bit for bit. */
export interface Setting {
  readonly method: MethodName;
  readonly seed: number;
  /** Number of generator steps. */
  readonly steps: number;
}

/** What a run reached. */
export interface Result extends Setting, Coverage {
  /** Seconds of the training, on the clock of the run. */
  readonly seconds: number;
  /** The duality gap at the end, by 100 steps of each player; not of packs and mixtures. */
  readonly gap?: number;
  /** Of a mixture: the modes covered after each of its generators. */
  readonly course?: readonly number[];
  /** The samples that were judged: x, y, x, y, … */
  readonly samples: readonly number[];
}

/** Number of samples that are judged. */
export const SAMPLES = 2500;
const DATA_SET = 20_000;
const GAP_STEPS = 100;

/** Trains a method, and calls `onStep` after each step. */
export async function train(
  { method, seed, steps }: Setting,
  clock: () => number,
  onStep: () => void = () => undefined,
): Promise<Result> {
  const chosen: Method = METHODS[method];
  const learner = chosen.build({ points: await drawPoints(RING, DATA_SET, seed), seed, steps });
  const course: number[] = [];
  let seconds = 0;
  for (let step = 0; step < lengthOf(chosen, steps); step++) {
    const began = clock();
    await learner.step();
    seconds += clock() - began;
    if ((learner.components ?? 0) > course.length)
      course.push((await coverage(await draw(learner), RING)).covered);
    onStep();
    await setImmediate(); // a step on wasm never waits: without this the bar would not move
  }
  const samples = await draw(learner);
  const gap = await learner.gap?.(Math.min(GAP_STEPS, steps));
  learner.dispose();
  return {
    ...{ method, seed, steps, seconds },
    ...(await coverage(samples, RING)),
    ...(gap !== undefined && { gap }),
    ...(course.length > 0 && { course }),
    samples: Array.from(samples, (value) => Number(value.toFixed(4))),
  };
}

async function draw(learner: Learner): Promise<Points> {
  const made = learner.sample(SAMPLES);
  const samples = new Float32Array(await made.data());
  made.dispose();
  return samples;
}
