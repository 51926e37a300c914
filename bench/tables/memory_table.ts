import type { Timing } from '../measure.js';
import { mebibytes, table, timeText, trouble } from './markdown.js';

/** A step and its timings, each from a process that did nothing else. */
export interface MemoryResult {
  readonly name: string;
  readonly timings: readonly Timing[];
}

/** Makes a table with a row for each step: milliseconds and peak memory of each contender. */
export function memoryTable(results: readonly MemoryResult[]): string {
  const names = results[0]!.timings.map(({ contender }) => contender);
  const rows = results.map(({ name, timings }) => [
    name,
    ...timings.flatMap((timing) => [
      timeText(timing),
      trouble(timing) === undefined ? mebibytes(timing.peak) : '',
    ]),
  ]);
  return table(['a step', ...names.flatMap((name) => [name, 'its peak memory'])], rows);
}
