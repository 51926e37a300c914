import type { Timing } from '../measure.js';
import { differences, median } from '../statistics.js';
import { ms, NOTHING, ratioText, table, timeText, trouble } from './markdown.js';

/**
 * Makes a table with a row for each contender: a step with its penalty and without, the time of the penalty,
 * and that time as a multiple of the penalty's products. Differences are taken within a round.
 *
 * @param floor Milliseconds of those products at the speed of forward passes, round by round.
 */
export function penaltyTable(
  timings: readonly Timing[],
  without: readonly Timing[],
  floor?: readonly number[],
): string {
  const ofProducts = (cell: () => string) => (floor === undefined ? [] : [cell()]);
  const rows = timings.map((penalized, i) => {
    const plain = without[i]!;
    const times = [timeText(penalized), timeText(plain)];
    if (trouble(penalized) !== undefined || trouble(plain) !== undefined) {
      const problem = penalized.problem ?? plain.problem ?? '';
      return [penalized.contender, ...times, '', ...ofProducts(() => ''), problem];
    }
    const penalty = differences(penalized.rounds, plain.rounds);
    return [
      penalized.contender,
      ...times,
      penalty.length === 0 ? NOTHING : ms(median(penalty)),
      ...ofProducts(() => ratioText(penalty, floor!)),
      Math.max(penalized.difference, plain.difference).toExponential(0),
    ];
  });
  return table(
    [
      'contender',
      'a step',
      'without the penalty',
      'the penalty',
      ...ofProducts(() => 'the penalty / its products forward'),
      'losses differ by',
    ],
    rows,
  );
}
