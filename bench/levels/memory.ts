import type { Bench, Level } from '../bench.js';
import { memoryCases } from '../cases/cases.js';
import { TORCH } from '../contenders.js';
import { measure } from '../measure.js';
import { stopAll } from '../run.js';
import { problems } from '../tables/markdown.js';
import { memoryTable } from '../tables/memory_table.js';
import type { MemoryResult } from '../tables/memory_table.js';

/** Peaks do not drift as times do. */
const MOST_ROUNDS = 3;

/** Time and memory of a step by its batch and its image, one thread each. */
export function memory(): Level {
  const cases = memoryCases();
  return {
    cases: cases.length,
    async run({ contenders, ours, rounds, report, tell, advance }: Bench): Promise<void> {
      const by = contenders.filter(({ name }) => [ours, TORCH].includes(name));
      const results: MemoryResult[] = [];
      for (const { name, step } of cases) {
        // a process of its own for each, as its peak of memory is that of all it ever did
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
