import type { Bench, Level } from '../bench.js';
import type { Case } from '../cases/cases.js';
import { measure } from '../measure.js';
import { stopAll } from '../run.js';
import { problems } from '../tables/markdown.js';
import { comparisonTable } from '../tables/comparison_table.js';
import { memoryTable } from '../tables/memory_table.js';
import type { MemoryResult } from '../tables/memory_table.js';

/** A level whose cases each run in new processes, with time and peak memory as results. */
export interface TimeAndMemory {
  readonly name: string;
  readonly title: string;
  readonly cases: readonly { readonly name: string; readonly work: Case }[];
  /** The pattern of the names of the contenders that take part. */
  readonly by: RegExp;
  readonly mostRounds: number;
}

export function timeAndMemory({ name, title, cases, by, mostRounds }: TimeAndMemory): Level {
  return {
    cases: cases.length,
    async run({ contenders, rounds, keep, report, tell, advance }: Bench): Promise<void> {
      const chosen = contenders.filter((contender) => by.test(contender.name));
      const results: MemoryResult[] = [];
      for (const { name: row, work } of cases) {
        // starts a new process for each case, as the peak of a process includes all earlier cases
        if (keep !== true) stopAll(contenders);
        const most = Math.min(rounds, mostRounds);
        const [timings] = await measure([{ one: work, by: chosen }], most, tell);
        results.push({ name: row, timings: timings! });
        const texts = [
          memoryTable(results),
          comparisonTable(results),
          problems(results.flatMap(({ timings }) => timings)),
        ];
        await report.set(name, title, texts, results);
        advance();
      }
    },
  };
}
