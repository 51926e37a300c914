import { FeatureStatistics, frechetDistance } from 'gan-kit/metrics';
import type { HostRows } from 'gan-kit/metrics';
import { BATCH } from '../cases/metrics_cases.js';
import type { MetricsCase } from '../cases/metrics_cases.js';
import { fill } from '../hash.js';
import type { Subject } from './serve.js';

/*
 * The data, the same for all contenders. Seeds of the hash: from 1 for the batches of the first set, from 101
 * for those of the second. Column j is scaled by 1 / (1 + j / 64), as columns of features differ; four batches
 * are repeated.
 */
const DIFFERENT = 4;

function batchesOf(columns: number, seed: number): HostRows[] {
  return Array.from({ length: DIFFERENT }, (_, i) => {
    const data = fill(BATCH * columns, seed + i, 1);
    for (let at = 0; at < data.length; at++) data[at]! *= 1 / (1 + (at % columns) / 64);
    return { data, shape: [BATCH, columns] };
  });
}

/** Yields batch after batch, as an extractor does. */
function* stream(batches: readonly HostRows[], rows: number): Generator<HostRows> {
  for (let seen = 0, i = 0; seen < rows; seen += BATCH, i++) yield batches[i % DIFFERENT]!;
}

/** Makes the statistics of a stream, or the distance of two statistics, ready, on one thread of this process. */
export async function metrics({ task, rows, columns }: MetricsCase): Promise<Subject> {
  const batches = batchesOf(columns, 1);
  if (task === 'statistics') {
    const run = () => FeatureStatistics.of(stream(batches, rows));
    return {
      run: async () => void (await run()),
      fingerprint: async () => {
        const { mean, covariance } = (await run()).value();
        return [mean[0]!, mean[columns - 1]!, covariance[0]!, covariance[1]!, covariance.at(-1)!];
      },
      dispose: () => undefined,
    };
  }
  // all samples differ, so that the covariances have full rank
  const distinct = async (seed: number) => {
    const data = fill(rows * columns, seed, 1);
    for (let at = 0; at < data.length; at++) data[at]! *= 1 / (1 + (at % columns) / 64);
    const statistics = new FeatureStatistics();
    await statistics.update({ data, shape: [rows, columns] });
    return statistics.value();
  };
  const [a, b] = [await distinct(1), await distinct(101)];
  const run = () => frechetDistance(a, b);
  return {
    run: async () => void (await run()),
    fingerprint: async () => [await run()],
    dispose: () => undefined,
  };
}
