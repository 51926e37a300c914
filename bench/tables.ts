import { convolutionName, PASSES } from './cases.js';
import type { ConvolutionCase } from './cases.js';
import type { Timing } from './measure.js';
import { median, ratios, spread } from './statistics.js';

/** Numbers further apart than this are another result, and a faster one is no win. */
const MOST_DIFFERENT = 1e-3;

const ms = (value: number): string => `${value.toPrecision(3)} ms`;
const times = (value: number): string => value.toPrecision(value < 10 ? 2 : 3);

/** `1.2 (1.1–1.4)`: the median of ratios within a round, the least and the greatest. */
function ratioText(a: readonly number[], b: readonly number[]): string {
  const { median, least, greatest } = spread(ratios(a, b));
  return `${times(median)} (${times(least)}–${times(greatest)})`;
}

/** What stands in a table for a contender that did no work, or another. */
function trouble({ problem, difference }: Timing): string | undefined {
  if (problem !== undefined) return 'cannot';
  return difference <= MOST_DIFFERENT
    ? undefined
    : `another result (${difference.toExponential(0)})`;
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(header), row(header.map(() => '---')), ...rows.map(row)].join('\n');

/** A geometry and how everyone did each of its passes. */
export interface ConvolutionResult {
  readonly cases: readonly ConvolutionCase[];
  readonly timings: readonly (readonly Timing[])[];
}

/**
 * One row a pass: milliseconds of each contender, and ours as a multiple of the forward pass. That is the
 * same kernel in `ours` and in `stock`, but where its operands happen to lie in memory can double its
 * time: the faster of the two counts.
 */
export function convolutionTable(
  results: readonly ConvolutionResult[],
  ours: string,
  stock: string,
): string {
  const names = results[0]!.timings[0]!.map(({ contender }) => contender);
  const rows = results.flatMap(({ cases, timings }) => {
    const [first, second] = timings[PASSES.indexOf('forward')]!.filter(({ contender }) =>
      [ours, stock].includes(contender),
    );
    const forward = first!.rounds.map((ms, round) => Math.min(ms, second!.rounds[round]!));
    return cases.map((one, i) => {
      const mine = timings[i]!.find((t) => t.contender === ours)!;
      return [
        i === 0 ? convolutionName(one) : '',
        one.pass === 'forward' ? 'forward' : `d ${one.pass}`,
        ratioText(mine.rounds, forward),
        ...timings[i]!.map((t) => trouble(t) ?? ms(median(t.rounds))),
      ];
    });
  });
  return table(['x × filter', 'pass', `${ours} / forward`, ...names], rows);
}

/** One row a contender: milliseconds, as a multiple of ours, memory. */
export function stepTable(timings: readonly Timing[], ours: string, floor: number): string {
  const mine = timings.find(({ contender }) => contender === ours)!;
  const rows = timings.map((t) => {
    const wrong = trouble(t);
    if (wrong !== undefined) return [t.contender, wrong, '', '', '', t.problem ?? ''];
    return [
      t.contender,
      ms(median(t.rounds)),
      ratioText(t.rounds, mine.rounds),
      times(median(t.rounds) / floor),
      `${Math.round(t.peak / 2 ** 20)} MiB`,
      t.difference.toExponential(0),
    ];
  });
  return table(
    [
      'contender',
      'a step',
      `/ ${ours}`,
      '/ its products forward',
      'peak memory',
      'losses differ by',
    ],
    rows,
  );
}
