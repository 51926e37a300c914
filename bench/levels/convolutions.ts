import type { Bench, Level } from '../bench.js';
import { convolutionCases, PASSES } from '../cases/cases.js';
import { measure } from '../measure.js';
import { convolutionTable } from '../tables/convolution_table.js';
import type { ConvolutionResult } from '../tables/convolution_table.js';
import { problems } from '../tables/markdown.js';

/**
 * Makes the level of all passes of all convolutions; the passes of one geometry are timed in the same rounds.
 *
 * @param names Who takes part; default all.
 */
export function convolutions(names?: readonly string[]): Level {
  const cases = convolutionCases();
  return {
    cases: cases.length / PASSES.length,
    async run({ contenders, ours, stock, rounds, report, tell, advance }: Bench): Promise<void> {
      const by = contenders.filter(({ name }) => names?.includes(name) ?? true);
      const results: ConvolutionResult[] = [];
      for (let first = 0; first < cases.length; first += PASSES.length) {
        const ofOne = cases.slice(first, first + PASSES.length);
        const tasks = ofOne.map((one) => ({ one, by }));
        results.push({ cases: ofOne, timings: await measure(tasks, rounds, tell) });
        const texts = [
          convolutionTable(results, ours, stock),
          problems(results.flatMap(({ timings }) => timings.flat())),
        ];
        await report.set('convolutions', 'Convolutions', texts, results);
        advance();
      }
    },
  };
}
