import type { Bench, Level } from '../bench.js';
import { measure } from '../measure.js';
import { metricsCases } from '../metrics_cases.js';
import { stopAll } from '../run.js';
import { problems } from '../tables/markdown.js';
import { memoryTable } from '../tables/memory_table.js';
import type { MemoryResult } from '../tables/memory_table.js';

/** A round of these takes half a minute. */
const MOST_ROUNDS = 5;

/** Metrics in float64 beside NumPy, which PyTorch's process computes them with: time and memory. */
export function metrics(): Level {
  const cases = metricsCases();
  return {
    cases: cases.length,
    async run({ contenders, rounds, report, tell, advance }: Bench): Promise<void> {
      // gan-kit computes these on one thread, whatever the backend has
      const by = contenders.filter(({ name }) => /^(gan-kit|PyTorch), 1 thread$/.test(name));
      const results: MemoryResult[] = [];
      for (const { name, work } of cases) {
        // a process of its own for each, as its peak of memory is that of all it ever did
        stopAll(contenders);
        const [timings] = await measure([{ one: work, by }], Math.min(rounds, MOST_ROUNDS), tell);
        results.push({ name, timings: timings! });
        const texts = [memoryTable(results), problems(results.flatMap(({ timings }) => timings))];
        await report.set('metrics', 'Metrics (NumPy in the place of PyTorch)', texts, results);
        advance();
      }
    },
  };
}
