import { quality } from '../gaussians/quality.js';
import type { Quality } from '../gaussians/quality.js';
import type { Mixture, Point, Points } from '../gaussians/mixtures.js';

/** Eight Gaussians of σ 0.02 on a circle of radius 2, not scaled, as in the paper on unrolled GANs. */
export const RING: Mixture = {
  name: 'ring',
  means: Array.from({ length: 8 }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / 8;
    return [2 * Math.cos(angle), 2 * Math.sin(angle)];
  }),
  sigma: 0.02,
  extent: 2.7,
};

/** The distance from a mode within which a sample is near it. */
const NEAR = 0.5;
/** The share of the samples that must be near a mode for it to be covered. */
const LEAST = 0.01;

/** Where samples lie, whether or not they are sharp; a `Quality` counts only those within three σ. */
export interface Coverage extends Omit<Quality, 'shares'> {
  /** Number of modes that have at least 1 % of all samples within 0.5. */
  readonly covered: number;
  /** The greatest share of samples to which one mode is the nearest: 1/8 if all have equally many. */
  readonly largestShare: number;
}

export async function coverage(samples: Points, mixture: Mixture): Promise<Coverage> {
  const count = samples.length / 2;
  const near = mixture.means.map(() => 0);
  const nearest = mixture.means.map(() => 0);
  for (let i = 0; i < count; i++) {
    const distances = mixture.means.map(([x, y]) =>
      Math.hypot(samples[2 * i]! - x, samples[2 * i + 1]! - y),
    );
    const least = Math.min(...distances);
    const mode = distances.indexOf(least);
    if (mode === -1) continue; // not a number
    nearest[mode]!++;
    if (least <= NEAR) near[mode]!++;
  }
  const { modes, highQuality, reverseKL } = await quality(samples, mixture);
  return {
    covered: near.filter((inside) => inside >= LEAST * count).length,
    largestShare: Math.max(...nearest) / count,
    ...{ modes, highQuality, reverseKL },
  };
}
