import { checkNumber, fail } from '../../internal/check.js';
import { boolean, callback, custom, integer, number } from '../../internal/option_kinds.js';
import { nested, optional, readOptions } from '../../internal/read_options.js';
import type { Option, SchemaOf } from '../../internal/read_options.js';
import type { CheckpointExtra } from '../../io/checkpoint.js';
import type { RasterImage } from '../../io/image_grid.js';
import { runStepsSchema } from '../../training/loop/run_steps_options.js';
import type {
  RunStepsOptions,
  StepEvent,
  StepsRun,
} from '../../training/loop/run_steps_options.js';
import { pathOption } from '../files/atomic_file.js';

/** What a program keeps in the checkpoint besides the state of the system. */
export interface FolderExtra {
  /** Returns it, before each save. */
  readonly save: () => CheckpointExtra;
  /** Takes it back when the run resumes; may throw to refuse the checkpoint. */
  readonly restore: (extra: CheckpointExtra) => void;
}

/** The pictures of a run. */
export interface FolderPictures {
  /** Number of steps from one picture to the next, 1 or more. */
  readonly every: number;
  /** Draws one, for example by `imageGrid`. */
  readonly draw: () => RasterImage | Promise<RasterImage>;
  /** The beginning of the names of the files, `NAME-STEP.png`; default `samples`. */
  readonly name?: string;
}

/** What the progress bar of a run shows. */
export interface FolderBar<Losses = Readonly<Record<string, number>>> {
  /** Returns the text beside the bar; by default the losses. On a GPU they may be those of the step before. */
  readonly text?: (event: StepEvent<Losses>) => string;
  /** Returns how much of `total` is done; by default the number of steps. */
  readonly done?: () => number;
  /** The length of the bar; by default `steps`. */
  readonly total?: number;
}

/** Options of {@link runInFolder}, besides those of `runSteps`. */
export interface RunInFolderOptions<
  Losses = Readonly<Record<string, number>>,
> extends RunStepsOptions<Losses> {
  /** The folder of the run; it is made if it is missing. */
  readonly folder: string;
  /** Whether to go on from the checkpoint of the folder, if there is one; default true. `false` begins anew. */
  readonly resume?: boolean;
  /** Number of steps from one checkpoint to the next, or Infinity for one at the end alone; default 500. */
  readonly saveEvery?: number;
  /** What the program keeps in the checkpoint besides the state, for example a history of losses. */
  readonly extra?: FolderExtra;
  /** The pictures of the run; none if omitted. */
  readonly pictures?: FolderPictures;
  /**
   * Number of steps from one row of `losses.csv` to the next, and from one point of the TensorBoard event file, which has
   * the pictures, too; neither is written if it is omitted.
   */
  readonly logEvery?: number;
  /** What the progress bar on stderr shows, false for none; there is none either where its length is not known. */
  readonly bar?: false | FolderBar<Losses>;
}

/** What {@link runInFolder} returns. */
export interface FolderRun<Losses = Readonly<Record<string, number>>> extends StepsRun<Losses> {
  /** The path of the checkpoint. */
  readonly checkpoint: string;
}

/** Checks a number of steps from one time to the next; Infinity for never. */
function checkInterval(where: string, parameter: string, value: unknown): asserts value is number {
  if (value !== Infinity) checkNumber(where, parameter, value, { integer: true, min: 1 });
}

/** Reads what the bar shows; false for none. */
const barOption =
  <Losses>(): Option<false | FolderBar<Losses>> =>
  (where, parameter, value = {}) => {
    if (value === false) return value;
    const schema: SchemaOf<FolderBar<Losses>> = {
      text: optional(callback<(event: StepEvent<Losses>) => string>()),
      done: optional(callback<() => number>()),
      total: optional(number({ min: 0 })),
    };
    return readOptions<unknown, typeof schema>(
      where,
      value,
      schema,
      parameter,
    ) as FolderBar<Losses>;
  };

/** Reads the beginning of a file's name. */
const nameOption = custom<string>(
  (where, parameter, value): asserts value is string => {
    if (typeof value !== 'string' || !/^[^/\\\0]+$/.test(value))
      fail('value', where, parameter, 'the beginning of a file name', value);
  },
  { default: () => 'samples' },
);

/** The options of {@link runInFolder} as its schema reads them: those with a default are there. */
type ReadOptions<Losses> = Omit<
  RunInFolderOptions<Losses>,
  'resume' | 'saveEvery' | 'bar' | 'pictures'
> & {
  readonly resume: boolean;
  readonly saveEvery: number;
  readonly bar: false | FolderBar<Losses>;
  readonly pictures?: Required<FolderPictures>;
};

/** Returns the schema of the options. */
export const runInFolderSchema = <Losses>(): SchemaOf<ReadOptions<Losses>> => ({
  ...runStepsSchema<Losses>(),
  folder: pathOption(),
  resume: boolean({ default: true }),
  saveEvery: custom<number>(checkInterval, { default: () => 500 }),
  extra: optional(
    nested({
      save: callback<() => CheckpointExtra>(),
      restore: callback<(extra: CheckpointExtra) => void>(),
    }),
  ),
  pictures: optional(
    nested({
      every: integer({ min: 1 }),
      draw: callback<() => RasterImage | Promise<RasterImage>>(),
      name: nameOption,
    }),
  ),
  logEvery: optional(integer({ min: 1 })),
  bar: barOption<Losses>(),
});
