/** Work on features of Inception's width, in float64. */
export interface MetricsCase {
  readonly kind: 'metrics';
  /** Mean and covariance of samples that come in batches; or a Fréchet distance of two such. */
  readonly task: 'statistics' | 'frechet';
  /** Samples, of each set. */
  readonly rows: number;
  readonly columns: number;
}

/** Samples of a batch. */
export const BATCH = 500;

const one = (name: string, task: MetricsCase['task'], rows: number) => ({
  name,
  work: { kind: 'metrics', task, rows, columns: 2048 } as MetricsCase,
});

/** From the least work to the most; of the statistics two, which show that memory stays as it is. */
export const metricsCases = (): { name: string; work: MetricsCase }[] => [
  one('Fréchet distance of statistics, 2,048', 'frechet', 2500),
  one('statistics of 5,000 × 2,048', 'statistics', 5000),
  one('statistics of 50,000 × 2,048', 'statistics', 50_000),
];
