import { checkNumber, fail } from '../../internal/check.js';
import {
  boolean,
  callback,
  custom,
  integer,
  list,
  objectLike,
} from '../../internal/option_kinds.js';
import { optional, readOptions } from '../../internal/read_options.js';
import type { Option, SchemaOf } from '../../internal/read_options.js';
import type { RunSignal } from './run_signal.js';
import type { Rates } from './set_rates.js';

/** What a callback of {@link runSteps} hears. */
export interface StepEvent<Losses = Readonly<Record<string, number>>> {
  /** Number of steps of the run, this one included. */
  readonly step: number;
  /** The losses of this step. */
  readonly losses: Losses;
}

/** A callback of {@link runSteps}, and how often it is called. */
export interface StepRhythm<Losses = Readonly<Record<string, number>>> {
  /** Number of steps from one call to the next, 1 or more: it is called after each step that this divides. */
  readonly every: number;
  /** The callback; the next step waits for its promise, if it returns one. */
  readonly do: (event: StepEvent<Losses>) => unknown;
}

/** Options of {@link runSteps}. */
export interface RunStepsOptions<Losses = Readonly<Record<string, number>>> {
  /**
   * Number of steps of the whole run, those before a resumption included, 0 or more. If omitted, the run ends with its
   * batches, or by `signal`.
   */
  readonly steps?: number;
  /**
   * Returns the learning rate of the step after `step` steps, 0 or more: a number for all optimizers, or one for some of
   * them by name. If omitted, rates stay as they are.
   */
  readonly learningRate?: (step: number) => number | Readonly<Record<string, number>>;
  /** Callbacks in their order; none if omitted. */
  readonly rhythm?: readonly StepRhythm<Losses>[];
  /** An `AbortSignal` that ends the run between two steps. */
  readonly signal?: RunSignal;
  /** Whether batches stay the caller's; default false: each is disposed of after its step. */
  readonly keepBatches?: boolean;
}

/** What {@link runSteps} returns. */
export interface StepsRun<Losses = Readonly<Record<string, number>>> {
  /** Number of steps of the run, those before a resumption included. */
  readonly step: number;
  /** Whether the signal ended it. */
  readonly aborted: boolean;
  /** The losses of the last step; undefined if none was made. */
  readonly losses: Losses | undefined;
}

/** Reads a number of steps. */
const stepsOption = custom<number>((where, parameter, value): asserts value is number =>
  checkNumber(where, parameter, value, { integer: true, min: 0 }),
);

/** Reads one callback with its rhythm. */
const rhythm =
  <Losses>(): Option<StepRhythm<Losses>> =>
  (where, parameter, value) =>
    readOptions<unknown, SchemaOf<StepRhythm<Losses>>>(
      where,
      value,
      { every: integer({ min: 1 }), do: callback() },
      parameter,
    );

/** Returns the schema of the options. */
export const runStepsSchema = <Losses>(): SchemaOf<RunStepsOptions<Losses>> => ({
  steps: optional(stepsOption),
  learningRate: optional(callback<(step: number) => Rates>()),
  rhythm: optional(list(rhythm<Losses>())),
  signal: optional(
    objectLike<RunSignal>(
      'an AbortSignal',
      ({ aborted, addEventListener }) =>
        typeof aborted === 'boolean' && typeof addEventListener === 'function',
    ),
  ),
  keepBatches: boolean({ default: false }),
});

/** Refuses a run without an end. */
export function checkEnds(
  where: string,
  batches: unknown,
  { steps, signal }: { readonly steps?: number | undefined; readonly signal?: unknown },
): void {
  if (typeof batches === 'function' && steps === undefined && signal === undefined)
    fail('value', where, 'steps', 'given if batches are a function and there is no signal', steps);
}
