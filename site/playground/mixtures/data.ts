import { MIXTURES, drawPoints } from '../../../examples/gaussians/mixtures.js';
import type { Mixture, Points } from '../../../examples/gaussians/mixtures.js';
import { sampleLatents } from 'gan-kit/training';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Settings } from './settings.js';

/** A multiple of 8 and 25. */
const COUNT = 20_000;
/** Standard deviation around a point that was drawn. */
const DRAWN_SIGMA = 0.02;
/** As in the code of Gulrajani et al. 2017. */
const ROLL_NOISE = 0.25;
const ROLL_SCALE = 7.5;

/** A set of points to learn. */
export interface DataSet {
  readonly points: Points;
  /** The modes, where there are some that can be counted. */
  readonly mixture: Mixture | undefined;
}

/** Draws the points of the settings: a pure function of the kind and the seed. */
export async function dataSet({ data, drawn, seed }: Settings): Promise<DataSet> {
  if (data === 'ring' || data === 'grid') {
    const mixture = MIXTURES[data];
    return { points: await drawPoints(mixture, COUNT, seed), mixture };
  }
  const noise = await valuesOf(sampleLatents({ count: COUNT, size: 2, seed }));
  const uniform = sampleLatents({ count: COUNT, size: 1, seed: seed + 1, distribution: 'uniform' });
  const along = await valuesOf(uniform);
  const pointOf = data === 'drawn' ? near(drawn) : onRoll(along);
  const points = new Float32Array(2 * COUNT);
  for (let i = 0; i < COUNT; i++) {
    const { x, y, sigma } = pointOf(i);
    points[2 * i] = x + sigma * noise[2 * i]!;
    points[2 * i + 1] = y + sigma * noise[2 * i + 1]!;
  }
  return { points, mixture: undefined };
}

async function valuesOf(x: Tensor): Promise<Float32Array> {
  const values = (await x.data()) as Float32Array;
  x.dispose();
  return values;
}

type PointOf = (i: number) => { readonly x: number; readonly y: number; readonly sigma: number };

/** Takes the drawn points in turns. */
const near =
  (drawn: readonly number[]): PointOf =>
  (i) => {
    const place = 2 * (i % (drawn.length / 2));
    return { x: drawn[place]!, y: drawn[place + 1]!, sigma: DRAWN_SIGMA };
  };

/** Takes points of a spiral, the swiss roll seen from its end; `along` is uniform on [−1, 1). */
const onRoll =
  (along: Float32Array): PointOf =>
  (i) => {
    const t = 1.5 * Math.PI * (2 + along[i]!);
    const [x, y] = [t * Math.cos(t), t * Math.sin(t)];
    return { x: x / ROLL_SCALE, y: y / ROLL_SCALE, sigma: ROLL_NOISE / ROLL_SCALE };
  };
