import { fail } from '../../internal/check.js';
import type { Request } from './evaluate_options.js';
import { METRICS } from './evaluation.js';
import type { LeftOut, Metric } from './evaluation.js';

/** The numbers of images of each side; undefined for a file of statistics. */
export interface Counts {
  readonly real?: number | undefined;
  readonly fake?: number | undefined;
}

/** The metrics that will be measured, and those that cannot be. */
export interface MetricPlan {
  readonly metrics: readonly Metric[];
  readonly leftOut: readonly LeftOut[];
  /** Whether the real images get a classifier score too. */
  readonly classifiesReal: boolean;
}

/**
 * Selects the metrics that the numbers of images allow, before any image is read. With an extractor
 * without logits, the classifier score is in `leftOut` only if it was requested by name.
 *
 * @throws GanKitError if nothing is left to measure.
 */
export function planMetrics(
  where: string,
  request: Request,
  counts: Counts,
  hasLogits: boolean,
): MetricPlan {
  const { metrics: asked, splits } = request;
  const wanted = METRICS.filter(
    (metric) => asked?.includes(metric) ?? (metric !== 'classifier' || hasLogits),
  );
  const leftOut: LeftOut[] = [];
  for (const metric of wanted) {
    const reason = obstacle(metric, request, counts, hasLogits);
    if (reason !== undefined) leftOut.push({ metric, reason });
  }
  const metrics = wanted.filter((metric) => leftOut.every((one) => one.metric !== metric));
  if (metrics.length === 0)
    fail(
      ...(['value', where, 'metrics', 'such that one can be measured', wanted] as const),
      leftOut.map(({ metric, reason }) => `Left out: ${metric}, as ${reason}.`).join('\n'),
    );
  const ofReal = metrics.includes('classifier') ? fewer('real', counts, splits) : undefined;
  if (ofReal !== undefined)
    leftOut.push({ metric: 'classifier', reason: `of the real images, ${ofReal} \`splits\`` });
  const classifiesReal =
    metrics.includes('classifier') && counts.real !== undefined && ofReal === undefined;
  return { metrics, leftOut, classifiesReal };
}

/** Returns why a metric cannot be measured; undefined if it can. */
function obstacle(
  metric: Metric,
  request: Request,
  counts: Counts,
  hasLogits: boolean,
): string | undefined {
  const { splits, subsetSize, neighbors, coverageNeighbors } = request;
  if (metric === 'frechet') return tooFew(counts, 2, 'a covariance takes');
  if (metric === 'classifier') {
    if (!hasLogits) return 'the extractor has no logits';
    if (counts.fake === undefined) return 'it takes generated images, not statistics of them';
    const reason = fewer('fake', counts, splits);
    return reason === undefined ? undefined : `${reason} \`splits\``;
  }
  if (counts.real === undefined || counts.fake === undefined)
    return 'it takes the images of both sides, not statistics of them';
  if (metric === 'kernel')
    return tooFew(counts, subsetSize ?? 2, subsetSize ? '`subsetSize` takes' : 'a subset takes');
  if (metric === 'precision-recall')
    return tooFew(counts, neighbors + 1, `\`neighbors\` ${neighbors} take`);
  return tooFew(
    { ...counts, fake: undefined },
    coverageNeighbors + 1,
    `\`coverageNeighbors\` ${coverageNeighbors} take`,
  );
}

/** Returns a clause about the first side with fewer images than a metric needs; undefined if there is none. */
function tooFew(counts: Counts, least: number, takes: string): string | undefined {
  for (const side of ['fake', 'real'] as const) {
    const count = counts[side];
    if (count !== undefined && count < least)
      return `${takes} ${least} images, and there are ${count} ${side} ones`;
  }
  return undefined;
}

function fewer(side: 'real' | 'fake', counts: Counts, least: number): string | undefined {
  const count = counts[side];
  return count !== undefined && count < least ? `${count} are fewer than ${least}` : undefined;
}
