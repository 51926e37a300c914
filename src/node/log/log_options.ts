import { checkNumber, fail } from '../../internal/check.js';
import { custom } from '../../internal/option_kinds.js';
import { optional } from '../../internal/read_options.js';
import type { SchemaOf } from '../../internal/read_options.js';

/** Options of a log. */
export interface LogOptions {
  /**
   * The step that the run goes on from, 0 for one that begins: what the log has of later steps is dropped. If omitted,
   * all of it stays.
   */
  readonly after?: number;
}

/** Schema of these options. */
export const LOG_OPTIONS: SchemaOf<LogOptions> = {
  after: optional(
    custom<number>((where, parameter, value): asserts value is number =>
      checkNumber(where, parameter, value, { integer: true, min: 0 }),
    ),
  ),
};

/** Checks the step and the numbers that a log is given. */
export function checkValues(where: string, step: unknown, values: unknown): void {
  checkNumber(where, 'step', step, { integer: true, min: 0 });
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    fail('type', where, 'values', 'an object of numbers', values);
  for (const [name, value] of Object.entries(values))
    if (typeof value !== 'number') fail('type', where, `values.${name}`, 'a number', value);
}
