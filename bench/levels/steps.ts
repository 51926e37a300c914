import type { Bench, Level } from '../bench.js';
import { stepCases } from '../cases/cases.js';
import { measure } from '../measure.js';
import { stopAll } from '../run.js';
import { median, weightedSums } from '../statistics.js';
import { ms, NOTHING } from '../tables/markdown.js';
import { penaltyTable } from '../tables/penalty_table.js';
import { stepTable } from '../tables/step_table.js';

/** Makes the level of training steps; each is timed in the same rounds as the products of which it consists. */
export function steps(cases = stepCases()): Level {
  return {
    cases: cases.length,
    async run({ contenders, ours, stock, rounds, keep, ...bench }: Bench): Promise<void> {
      const { report, tell, advance } = bench;
      const measureOf = contenders.filter(({ name }) => name === stock);
      for (const { name, step, products, without } of cases) {
        // starts a new process for each case, as the peak of a process includes all earlier cases
        if (keep !== true) stopAll(contenders);
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
