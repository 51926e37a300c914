import type { Bench, Level } from '../bench.js';
import { webgpuCases } from '../cases/webgpu_cases.js';
import { measure } from '../measure.js';
import { Contender } from '../protocol/contender.js';
import type { ContenderCommand } from '../protocol/contender.js';
import { stopAll } from '../run.js';
import { problems } from '../tables/markdown.js';
import { webgpuTable } from '../tables/webgpu_table.js';
import type { WebGPUResult } from '../tables/webgpu_table.js';

/** Makes the level of what a step on WebGPU costs JavaScript; its contenders are not those of the other levels. */
export function webgpu(commands: readonly ContenderCommand[], cases = webgpuCases()): Level {
  return {
    cases: cases.length,
    async run({ rounds, report, tell, advance }: Bench): Promise<void> {
      const by = commands.map((command) => new Contender(command));
      const results: WebGPUResult[] = [];
      try {
        for (const { name, work } of cases) {
          stopAll(by); // or V8 would know the shapes of the case before
          const [timings] = await measure([{ one: work, by }], rounds, tell);
          results.push({ name, timings: timings! });
          const texts = [webgpuTable(results), problems(results.flatMap(({ timings }) => timings))];
          await report.set('webgpu', 'Commands of a step on WebGPU', texts, results);
          advance();
        }
      } finally {
        stopAll(by);
      }
    },
  };
}
