/** Work on features of the width of Inception's, in float64. */
export interface MetricsCase {
  readonly kind: 'metrics';
  /** Mean and covariance of samples that come in batches, or the Fréchet distance of two such statistics. */
  readonly task: 'statistics' | 'frechet';
  /** Number of samples in each set. */
  readonly rows: number;
  readonly columns: number;
}

/** Number of samples in a batch. */
export const BATCH = 500;

const one = (name: string, task: MetricsCase['task'], rows: number) => ({
  name,
  work: { kind: 'metrics', task, rows, columns: 2048 } as MetricsCase,
});

/** Returns the cases from the least work to the most; two of statistics, which show that memory does not grow. */
export const metricsCases = (): { name: string; work: MetricsCase }[] => [
  one('Fréchet distance of statistics, 2,048', 'frechet', 2500),
  one('statistics of 5,000 × 2,048', 'statistics', 5000),
  one('statistics of 50,000 × 2,048', 'statistics', 50_000),
];
