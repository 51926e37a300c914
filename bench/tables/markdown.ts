import type { Timing } from '../measure.js';
import { ENDED } from '../protocol/line_process.js';
import { median, ratios, spread } from '../statistics.js';

/** Numbers further apart than this are another result, and a faster one is no win. */
const MOST_DIFFERENT = 1e-3;

/** What stands where there is nothing to say. */
export const NOTHING = '–';

/** Three digits, or all of a whole number: `8.75 ms`, `1,530 ms`. */
export const ms = (value: number): string =>
  `${Math.abs(value) < 999.5 ? value.toPrecision(3) : Math.round(value).toLocaleString('en')} ms`;
export const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
const times = (value: number): string =>
  value.toPrecision(Math.abs(value) < 10 ? 2 : Math.abs(value) < 1000 ? 3 : 4);

/** `1.2 (1.1–1.4)`: the median of ratios within a round, the least and the greatest. */
export function ratioText(a: readonly number[], b: readonly number[]): string {
  const found = ratios(a, b);
  if (found.length === 0) return NOTHING;
  const { median, least, greatest } = spread(found);
  return `${times(median)} (${times(least)}–${times(greatest)})`;
}

/** What stands in a table for a contender that did no work, or another. */
export function trouble({ problem, difference }: Timing): string | undefined {
  if (problem?.startsWith(ENDED)) return 'ended';
  if (problem !== undefined) return 'cannot';
  return difference <= MOST_DIFFERENT
    ? undefined
    : `another result (${difference.toExponential(0)})`;
}

/** The milliseconds of a contender, or its trouble. */
export const timeText = (timing: Timing): string =>
  trouble(timing) ?? (timing.rounds.length === 0 ? NOTHING : ms(median(timing.rounds)));

/** Why contenders did no work: a line each, what several cases have in common once. */
export function problems(timings: readonly Timing[]): string {
  const lines = timings.flatMap(({ contender, problem }) =>
    problem === undefined ? [] : [`- ${contender}: ${problem}`],
  );
  return [...new Set(lines)].join('\n');
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** A table of Markdown. */
export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(header), row(header.map(() => '---')), ...rows.map(row)].join('\n');
