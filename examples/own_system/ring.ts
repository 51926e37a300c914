// The data: eight Gaussians on a ring, as in the code of Gulrajani et al. 2017; and the quality of samples.
import { add, mul, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sampleLatents } from 'gan-kit/training';

const SIGMA = 0.02 / Math.SQRT2;
const MEANS = Array.from({ length: 8 }, (_, i): [number, number] => {
  const angle = (2 * Math.PI * i) / 8;
  return [Math.SQRT2 * Math.cos(angle), Math.SQRT2 * Math.sin(angle)];
});

/** Draws batch k, with the same number of points of each mode. */
export function ring(count: number, k: number): Tensor {
  const means = Array.from({ length: count }, (_, i) => MEANS[i % 8]!);
  return tidy(() => add(tensor2d(means), mul(sampleLatents({ count, size: 2, seed: k }), SIGMA)));
}

/** Counts the modes that are nearest to some sample; also returns the mean distance from the nearest mode. */
export function quality(points: readonly (readonly number[])[]) {
  const nearest = points.map(([x, y]) => {
    const distances = MEANS.map(([u, v]) => Math.hypot(x! - u, y! - v));
    const distance = Math.min(...distances);
    return { distance, mode: distances.indexOf(distance) };
  });
  const distance = nearest.reduce((total, one) => total + one.distance, 0) / points.length;
  return { modes: new Set(nearest.map(({ mode }) => mode)).size, distance };
}
