import type { Timing } from '../measure.js';
import { ENDED } from '../protocol/line_process.js';
import { median, ratios, spread } from '../statistics.js';

/** The largest difference of results that count as the same; the times of different results are not compared. */
const MOST_DIFFERENT = 1e-3;

/** The text of a cell without a value. */
export const NOTHING = '–';

/** Formats milliseconds with three digits, or as an integer if they are more: `8.75 ms`, `1,530 ms`. */
export const ms = (value: number): string =>
  `${Math.abs(value) < 999.5 ? value.toPrecision(3) : Math.round(value).toLocaleString('en')} ms`;
export const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
const times = (value: number): string =>
  value.toPrecision(Math.abs(value) < 10 ? 2 : Math.abs(value) < 1000 ? 3 : 4);

/** Formats the median of the ratios within a round, the least and the greatest: `1.2 (1.1–1.4)`. */
export function ratioText(a: readonly number[], b: readonly number[]): string {
  const found = ratios(a, b);
  if (found.length === 0) return NOTHING;
  const { median, least, greatest } = spread(found);
  return `${times(median)} (${times(least)}–${times(greatest)})`;
}

/** Returns the text of a cell for a contender that failed or had another result; undefined for any other. */
export function trouble({ problem, difference }: Timing): string | undefined {
  if (problem?.startsWith(ENDED)) return 'ended';
  if (problem !== undefined) return 'cannot';
  return difference <= MOST_DIFFERENT
    ? undefined
    : `another result (${difference.toExponential(0)})`;
}

/** Formats the milliseconds of a contender, or its {@link trouble}. */
export const timeText = (timing: Timing): string =>
  trouble(timing) ?? (timing.rounds.length === 0 ? NOTHING : ms(median(timing.rounds)));

/** Lists the problems of contenders, a line each, without repetitions. */
export function problems(timings: readonly Timing[]): string {
  const lines = timings.flatMap(({ contender, problem }) =>
    problem === undefined ? [] : [`- ${contender}: ${problem}`],
  );
  return [...new Set(lines)].join('\n');
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** Formats a table in Markdown. */
export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(header), row(header.map(() => '---')), ...rows.map(row)].join('\n');
