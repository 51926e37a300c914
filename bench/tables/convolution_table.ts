import { convolutionName, PASSES } from '../cases/cases.js';
import type { ConvolutionCase } from '../cases/cases.js';
import type { Timing } from '../measure.js';
import { ratioText, table, timeText } from './markdown.js';

/** A geometry and the timings of each of its passes. */
export interface ConvolutionResult {
  readonly cases: readonly ConvolutionCase[];
  readonly timings: readonly (readonly Timing[])[];
}

/**
 * Makes a table with a row for each pass: milliseconds of each contender, and ours as a multiple of a forward
 * pass. The first multiple is of the faster of our forward pass and `stock`'s in each round, as the addresses
 * of operands can double the time; the second is of `stock`'s.
 */
export function convolutionTable(
  results: readonly ConvolutionResult[],
  ours: string,
  stock?: string,
): string {
  const names = results[0]!.timings[0]!.map(({ contender }) => contender);
  const ofStock = <T>(...cells: T[]): T[] => (stock === undefined ? [] : cells);
  const rows = results.flatMap(({ cases, timings }) => {
    const forward = timings[PASSES.indexOf('forward')]!;
    const ofBoth = forward.filter(({ contender }) => [ours, stock].includes(contender));
    const stockForward = forward.find(({ contender }) => contender === stock)?.rounds ?? [];
    return cases.map((one, i) => {
      const mine = timings[i]!.find((t) => t.contender === ours)!;
      return [
        i === 0 ? convolutionName(one) : '',
        one.pass === 'forward' ? 'forward' : `d ${one.pass}`,
        ratioText(mine.rounds, fasterOf(ofBoth)),
        ...ofStock(ratioText(mine.rounds, stockForward)),
        ...timings[i]!.map(timeText),
      ];
    });
  });
  const ratios = [`${ours} / forward`, ...ofStock(`/ forward of ${stock}`)];
  return table(['x × filter', 'pass', ...ratios, ...names], rows);
}

/** Returns the least time of each round, among the timings that have the round. */
function fasterOf(timings: readonly Timing[]): number[] {
  const rounds = Math.max(...timings.map(({ rounds }) => rounds.length));
  return Array.from({ length: rounds }, (_, round) =>
    Math.min(...timings.map((timing) => timing.rounds[round] ?? Infinity)),
  );
}
