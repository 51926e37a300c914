import type { Bench, Level } from '../bench.js';
import { memoryCases } from '../cases/cases.js';
import { TORCH } from '../contenders.js';
import { measure } from '../measure.js';
import { stopAll } from '../run.js';
import { problems } from '../tables/markdown.js';
import { memoryTable } from '../tables/memory_table.js';
import type { MemoryResult } from '../tables/memory_table.js';

/** The largest number of rounds; peaks of memory vary less than times. */
const MOST_ROUNDS = 3;

/** Makes the level of time and memory of a step by the sizes of batch and image, with one thread each. */
export function memory(): Level {
  const cases = memoryCases();
  return {
    cases: cases.length,
    async run({ contenders, ours, rounds, report, tell, advance }: Bench): Promise<void> {
      const by = contenders.filter(({ name }) => [ours, TORCH].includes(name));
      const results: MemoryResult[] = [];
      for (const { name, step } of cases) {
        // starts a new process for each case, as the peak of a process includes all earlier cases
        stopAll(contenders);
        const most = Math.min(rounds, MOST_ROUNDS);
        const [timings] = await measure([{ one: step, by }], most, tell);
        results.push({ name, timings: timings! });
        const texts = [memoryTable(results), problems(results.flatMap(({ timings }) => timings))];
        await report.set('memory', 'Memory', texts, results);
        advance();
      }
    },
  };
}
