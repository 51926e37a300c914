import type { Mixture, Points } from './mixtures.js';

/** How well samples fit a mixture, counted as in PacGAN (arXiv 1712.04086, section 4.1). */
export interface Quality {
  /** Modes with at least one high-quality sample. */
  readonly modes: number;
  /** Share of samples within three σ of a mode; of a Gaussian itself it is 98.9 %. */
  readonly highQuality: number;
  /** KL(generated ‖ true) over the modes of the high-quality samples; infinite if there are none. */
  readonly reverseKL: number;
  /** High-quality samples of each mode. */
  readonly counts: readonly number[];
}

export function quality(samples: Points, { means, sigma }: Mixture): Quality {
  const counts = new Array<number>(means.length).fill(0);
  const total = samples.length / 2;
  for (let i = 0; i < total; i++) {
    const distances = means.map(([x, y]) =>
      Math.hypot(samples[2 * i]! - x, samples[2 * i + 1]! - y),
    );
    const nearest = Math.min(...distances);
    if (nearest <= 3 * sigma) counts[distances.indexOf(nearest)]!++;
  }
  const good = counts.reduce((a, b) => a + b, 0);
  // Σ p log(p / (1/n)), where 0 log 0 = 0
  const terms = counts.map((count) => {
    const share = count / good;
    return count === 0 ? 0 : share * Math.log(share * means.length);
  });
  return {
    modes: counts.filter((count) => count > 0).length,
    highQuality: good / total,
    reverseKL: good === 0 ? Infinity : terms.reduce((a, b) => a + b, 0),
    counts,
  };
}
