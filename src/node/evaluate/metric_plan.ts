import { fail } from '../../internal/check.js';
import type { Request } from './evaluate_options.js';
import { METRICS } from './evaluation.js';
import type { LeftOut, Metric } from './evaluation.js';

/** How many images there are of each side; undefined where there are their statistics alone. */
export interface Counts {
  readonly real?: number | undefined;
  readonly fake?: number | undefined;
}

/** What will be measured, and what cannot be. */
export interface MetricPlan {
  readonly metrics: readonly Metric[];
  readonly leftOut: readonly LeftOut[];
  /** Whether the real images get a classifier score, too. */
  readonly classifiesReal: boolean;
}

/**
 * Says which metrics the numbers of images allow, before anything is extracted; what an extractor
 * without logits does not allow is mentioned only where it was asked for.
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

/** Why a metric cannot be measured, if it cannot. */
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

/** The first side that has fewer images than a metric takes. */
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
