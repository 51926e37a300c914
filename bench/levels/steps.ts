import type { Bench, Level } from '../bench.js';
import { stepCases } from '../cases/cases.js';
import { measure } from '../measure.js';
import { stopAll } from '../run.js';
import { median, weightedSums } from '../statistics.js';
import { ms, NOTHING } from '../tables/markdown.js';
import { penaltyTable } from '../tables/penalty_table.js';
import { stepTable } from '../tables/step_table.js';

/** Training steps, each within the same rounds as the products that it is made of. */
export function steps(cases = stepCases()): Level {
  return {
    cases: cases.length,
    async run({ contenders, ours, stock, rounds, report, tell, advance }: Bench): Promise<void> {
      const measureOf = contenders.filter(({ name }) => name === stock);
      for (const { name, step, products, without } of cases) {
        // a process of its own for each, as its peak of memory is that of all it ever did
        stopAll(contenders);
        const forward = measureOf.length === 0 ? [] : products;
        const tasks = [
          { one: step, by: contenders },
          ...(without === undefined ? [] : [{ one: without, by: contenders }]),
          ...forward.map(({ convolution }) => ({ one: convolution, by: measureOf })),
        ];
        const timings = await measure(tasks, rounds, tell);
        const parts = timings.slice(tasks.length - forward.length);
        const floor =
          forward.length === 0
            ? undefined
            : weightedSums(
                parts.map(([part]) => part!.rounds),
                forward.map(({ times }) => times),
              );
        const whose = without === undefined ? 'Its products' : 'The products of its penalty';
        const texts = [
          floor === undefined
            ? ''
            : `${whose} at the forward speed of ${stock}: ${floor.length === 0 ? NOTHING : ms(median(floor))}.`,
          without === undefined
            ? stepTable(timings[0]!, ours, floor)
            : penaltyTable(timings[0]!, timings[1]!, floor),
        ];
        const data = { floor, timings: timings[0], without: without && timings[1] };
        await report.set(name, name, texts, data);
        advance();
      }
    },
  };
}
