import { setImmediate } from 'node:timers/promises';
import { tidy } from '@tensorflow/tfjs-core';
import { imageGrid } from 'gan-kit/io';
import type { RasterImage } from 'gan-kit/io';
import { digitsIn } from '../mnist/padded.js';
import type { Images } from '../mnist/data.js';
import type { Milestone } from '../mnist/history.js';
import type { Judge } from '../mnist/scores.js';
import type { Contestant } from './contestant.js';
import { CONTESTANTS } from './systems.js';

/** Images in a batch. */
export const BATCH = 24;
const SPLITS = 5;
/** Number of scores at equal distances in time. */
const SCORES = 5;
const COLUMNS = 10;
const ROWS = 3;

/** A training run of the study. */
export interface Setting {
  readonly system: string;
  readonly seed: number;
  /** Seconds of the training. */
  readonly seconds: number;
  /** Makes the system; default the one of the study by this name. */
  readonly make?: (seed: number, seconds: number) => Contestant;
  /** Number of samples of each score; default 1,000. */
  readonly samples?: number;
}

/** The scores of a run, the first before any step, and a picture of its last samples. */
export interface Trial {
  readonly milestones: Milestone[];
  readonly picture: RasterImage;
}

/** Trains a system until its time by `clock` is over, and calls `onStep` with the seconds that have passed. */
export async function train(
  { system, seed, seconds, make = CONTESTANTS[system]!, samples = 1000 }: Setting,
  images: Images,
  judge: Judge,
  clock: () => number,
  onStep: (passed: number) => void = () => undefined,
): Promise<Trial> {
  const contestant = make(seed, seconds);
  const data = { images, batch: BATCH, seed };
  const milestones: Milestone[] = [];
  let passed = 0;
  const score = async () => {
    const digits = tidy(() => digitsIn(contestant.sample(samples, 2)));
    const scores = await judge.judge(digits, SPLITS);
    digits.dispose();
    milestones.push({ ...scores, step: contestant.steps, seconds: passed });
  };
  await score();
  while (passed < seconds) {
    const before = clock();
    await contestant.step(data, passed / seconds);
    passed += clock() - before;
    onStep(Math.min(passed, seconds));
    if (passed >= (milestones.length * seconds) / SCORES) await score();
    await setImmediate(); // a step on wasm never waits: without this, the bar would not move
  }
  const shown = contestant.sample(COLUMNS * ROWS, 1);
  const picture = await imageGrid(shown, { columns: COLUMNS });
  shown.dispose();
  contestant.dispose();
  return { milestones, picture };
}
