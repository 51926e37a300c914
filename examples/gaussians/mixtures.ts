import { tensor2d } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { sampleLatents, shuffledBatch } from 'gan-kit/training';

export type Point = readonly [number, number];

export type MixtureName = 'ring' | 'grid';

/** A mixture of equally likely round Gaussians in the plane. */
export interface Mixture {
  readonly name: string;
  readonly means: readonly Point[];
  readonly sigma: number;
  /** The range of pictures: −extent … extent in x and y. */
  readonly extent: number;
}

export const MIXTURES: Readonly<Record<MixtureName, Mixture>> = {
  // radius 2 and σ 0.02, then all divided by √2, as in the code of Gulrajani et al. 2017
  ring: {
    name: 'ring',
    means: Array.from({ length: 8 }, (_, i): Point => {
      const angle = (2 * Math.PI * i) / 8;
      return [Math.SQRT2 * Math.cos(angle), Math.SQRT2 * Math.sin(angle)];
    }),
    sigma: 0.02 / Math.SQRT2,
    extent: 1.9,
  },
  // {−4, −2, 0, 2, 4}² and σ 0.05, then all divided by √8, which makes both variances 1
  grid: {
    name: 'grid',
    means: Array.from({ length: 25 }, (_, i): Point => {
      const [x, y] = [Math.floor(i / 5) - 2, (i % 5) - 2];
      return [x / Math.SQRT2, y / Math.SQRT2];
    }),
    sigma: 0.05 / Math.sqrt(8),
    extent: 1.9,
  },
};

/** Points in memory: x, y, x, y, … */
export type Points = Float32Array;

/** Draws a fixed data set: the numbers of points of the modes differ by at most one. */
export async function drawPoints(mixture: Mixture, count: number, seed: number): Promise<Points> {
  const noise = sampleLatents({ count, size: 2, seed });
  const points = new Float32Array(await noise.data());
  noise.dispose();
  for (let i = 0; i < count; i++) {
    const [x, y] = mixture.means[i % mixture.means.length]!;
    points[2 * i] = x + mixture.sigma * points[2 * i]!;
    points[2 * i + 1] = y + mixture.sigma * points[2 * i + 1]!;
  }
  return points;
}

/** Returns batch k of the shuffled epochs of a seed: a pure function of (seed, k). */
export function trainingBatch(
  points: Points,
  batchSize: number,
  seed: number,
  k: number,
): Tensor2D {
  const places = shuffledBatch({ count: points.length / 2, batchSize, seed, index: k });
  const values = new Float32Array(2 * batchSize);
  places.forEach((place, i) => values.set(points.subarray(2 * place, 2 * place + 2), 2 * i));
  return tensor2d(values, [batchSize, 2]);
}
