import type { Bench, Level } from '../bench.js';
import { measure } from '../measure.js';
import { stopAll } from '../run.js';
import { problems } from '../tables/markdown.js';
import { memoryTable } from '../tables/memory_table.js';
import type { MemoryResult } from '../tables/memory_table.js';
import { translationCases } from '../translation_cases.js';

/** A round of these takes a minute and more. */
const MOST_ROUNDS = 3;

/** Image translation beside PyTorch: time and memory. */
export function translation(): Level {
  const cases = translationCases();
  return {
    cases: cases.length,
    async run({ contenders, rounds, report, tell, advance }: Bench): Promise<void> {
      const by = contenders.filter(({ name }) => /^(gan-kit|PyTorch)/.test(name));
      const results: MemoryResult[] = [];
      for (const { name, work } of cases) {
        // a process of its own for each, as its peak of memory is that of all it ever did
        stopAll(contenders);
        const [timings] = await measure([{ one: work, by }], Math.min(rounds, MOST_ROUNDS), tell);
        results.push({ name, timings: timings! });
        const texts = [memoryTable(results), problems(results.flatMap(({ timings }) => timings))];
        await report.set('translation', 'Image translation', texts, results);
        advance();
      }
    },
  };
}
