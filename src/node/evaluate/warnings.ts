import type { HostRows } from '../../metrics/rows.js';
import type { Answers } from './answers.js';
import type { Metric } from './evaluation.js';

/** The largest distance from 1 at which a sum still counts as that of probabilities; wider than float32 rounding. */
const SUM_TOLERANCE = 1e-3;

/** Returns warnings about scores that were measured but are doubtful. */
export function warningsOf(
  sides: { readonly real?: Answers | undefined; readonly fake?: Answers | undefined },
  metrics: readonly Metric[],
): string[] {
  const warnings: string[] = [];
  for (const [side, answers] of Object.entries(sides)) {
    const width = answers?.features.shape[1] ?? 0;
    if (answers !== undefined && answers.count <= width && metrics.includes('frechet'))
      warnings.push(
        `${answers.count} ${side} images for ${width} features: the Fréchet distance is of a` +
          ' singular covariance, and says more of how few they are than of how good. Take more' +
          ' images, or compare only with distances of as many.',
      );
  }
  if (!metrics.includes('classifier')) return warnings;
  if (Object.values(sides).some((answers) => answers?.logits && areProbabilities(answers.logits)))
    warnings.push(
      'the `logits` are from 0 to 1 and add up to 1, as probabilities do: the classifier score,' +
        ' which takes their softmax, is then near 1 whatever the images are. Name the layer' +
        ' before the softmax.',
    );
  return warnings;
}

/** Returns whether every row could be probabilities; false for a single class, whose probability is always 1. */
function areProbabilities({ data, shape }: HostRows): boolean {
  const columns = shape[1]!;
  if (columns < 2) return false;
  for (let start = 0; start < data.length; start += columns) {
    let sum = 0;
    for (let i = start; i < start + columns; i++) {
      if (data[i]! < 0) return false;
      sum += data[i]!;
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) return false;
  }
  return data.length > 0;
}
