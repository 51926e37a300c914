import { modeCoverage } from 'gan-kit/metrics';
import type { Mixture, Points } from './mixtures.js';

/** The quality of samples of a mixture, counted as in PacGAN (arXiv 1712.04086, section 4.1). */
export interface Quality {
  /** Number of modes with at least one high-quality sample. */
  readonly modes: number;
  /** Share of samples within three σ of a mode; 98.9 % for a Gaussian itself. */
  readonly highQuality: number;
  /** KL(generated ‖ true) over the modes of the high-quality samples; infinite if there are none. */
  readonly reverseKL: number;
  /** Share of each mode in the high-quality samples. */
  readonly shares: Float64Array;
}

export async function quality(samples: Points, { means, sigma }: Mixture): Promise<Quality> {
  const none = means.length;
  const predictions = Int32Array.from({ length: samples.length / 2 }, (_, i) => {
    const distances = means.map(([x, y]) =>
      Math.hypot(samples[2 * i]! - x, samples[2 * i + 1]! - y),
    );
    const nearest = Math.min(...distances);
    return nearest <= 3 * sigma ? distances.indexOf(nearest) : none;
  });
  const good = predictions.filter((mode) => mode !== none).length;
  const found = await modeCoverage({ predictions, modes: means.length, ignore: none });
  const { modes, reverseKL, shares } = found;
  return { modes, highQuality: good / predictions.length, reverseKL, shares };
}
