import type { Timing } from '../measure.js';
import { NOTHING, ratioText, table, timeText } from './markdown.js';

/** A step, and the timings of its JavaScript and its commands. */
export interface WebGPUResult {
  readonly name: string;
  readonly timings: readonly Timing[];
}

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/**
 * Makes a table with a row for each step and contender: dispatches, submissions, milliseconds of JavaScript, and these
 * as a multiple of the first contender's.
 */
export function webgpuTable(results: readonly WebGPUResult[]): string {
  const first = results[0]!.timings[0]!.contender;
  const rows = results.flatMap(({ name, timings }) =>
    timings.map((timing, i) => [
      i === 0 ? name : '',
      timing.contender,
      number(timing.commands?.dispatches),
      number(timing.commands?.submissions),
      timeText(timing),
      ratioText(timing.rounds, timings[0]!.rounds),
    ]),
  );
  return table(
    ['a step', 'contender', 'dispatches', 'submissions', 'JavaScript', `/ ${first}`],
    rows,
  );
}

const number = (value: number | undefined): string =>
  value === undefined ? NOTHING : NUMBER.format(value);
