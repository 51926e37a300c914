import type { Timing } from '../measure.js';
import { mebibytes, ratioText, table, timeText, trouble } from './markdown.js';

/**
 * Makes a table with a row for each contender: milliseconds, the same as multiples of ours and of the step's
 * products, and memory.
 *
 * @param floor Milliseconds of the products at the speed of forward passes, round by round; the column is left
 *   out if they were not measured.
 */
export function stepTable(
  timings: readonly Timing[],
  ours: string,
  floor?: readonly number[],
): string {
  const mine = timings.find(({ contender }) => contender === ours)!;
  const ofProducts = (cell: () => string) => (floor === undefined ? [] : [cell()]);
  const rows = timings.map((t) => {
    if (trouble(t) !== undefined)
      return [t.contender, timeText(t), '', ...ofProducts(() => ''), '', t.problem ?? ''];
    return [
      t.contender,
      timeText(t),
      ratioText(t.rounds, mine.rounds),
      ...ofProducts(() => ratioText(t.rounds, floor!)),
      mebibytes(t.peak),
      t.difference.toExponential(0),
    ];
  });
  return table(
    [
      'contender',
      'a step',
      `/ ${ours}`,
      ...ofProducts(() => '/ its products forward'),
      'peak memory',
      'losses differ by',
    ],
    rows,
  );
}
