import { fail } from '../../internal/check.js';
import {
  callback,
  custom,
  given,
  integer,
  list,
  oneOf,
  seed,
} from '../../internal/option_kinds.js';
import { optional, readOptions } from '../../internal/read_options.js';
import { METRICS } from './evaluation.js';
import type { Metric } from './evaluation.js';
import type { ExtractorSource } from './extractor.js';
import { checkStatisticsPath } from './statistics_file.js';

/** Options of `evaluateFolders`. */
export interface EvaluateFoldersOptions extends ExtractorSource {
  /** The folder of real images, or a file of their statistics: `.npz`, `.safetensors`. */
  readonly real: string;
  /** The folder of generated images, or such a file; may be left out with `saveStatistics`. */
  readonly fake?: string | undefined;
  /** What to measure; default all that the extractor allows. */
  readonly metrics?: readonly Metric[];
  /** Images that go through the extractor at a time; default 32. */
  readonly batchSize?: number;
  /** 3, RGB, the default, or 1, grey. */
  readonly channels?: 1 | 3;
  /** The side of the square to which each image is resized first; default: none is. */
  readonly size?: number | undefined;
  /** What happens at a file that is no image: `'refuse'`, the default, or `'skip'`. */
  readonly onCorrupt?: 'refuse' | 'skip';
  /**
   * In which order the classifier score splits the images: `'shuffled'` by `seed`, the default, or by
   * their `'paths'`. In order of paths, `class/000.png` puts one class in each split, and the score is
   * of single classes.
   */
  readonly order?: 'shuffled' | 'paths';
  /** Splits of the classifier score; default 10. */
  readonly splits?: number;
  /** Subsets of the kernel distance; default 100. */
  readonly subsets?: number;
  /** Images of a subset; default 1,000, or as many as the smaller folder has. */
  readonly subsetSize?: number | undefined;
  /** k of precision and recall; default 3. */
  readonly neighbors?: number;
  /** k of density and coverage; default 5. */
  readonly coverageNeighbors?: number;
  /** Of the order and of the subsets; default 0. */
  readonly seed?: number;
  /**
   * Where to write the statistics of the real images: `.npz` with `mu` and `sigma`, as pytorch-fid and
   * clean-fid have them, or `.safetensors`, as `FeatureStatistics.toBytes`, with their number.
   */
  readonly saveStatistics?: string | undefined;
  /** Called after each batch. */
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

/** How far `evaluateFolders` is. */
export interface EvaluationProgress {
  /** Images that were read of both folders. */
  readonly images: number;
  /** Files there are in both. */
  readonly of: number;
}

/** What is to be measured, and with what. */
export interface Request {
  /** Undefined: all that the extractor allows. */
  readonly metrics: readonly Metric[] | undefined;
  readonly order: 'shuffled' | 'paths';
  readonly splits: number;
  readonly subsets: number;
  /** Undefined: 1,000, or what there are. */
  readonly subsetSize: number | undefined;
  readonly neighbors: number;
  readonly coverageNeighbors: number;
  readonly seed: number;
}

/** How options are read; what the extractor and the reader of images take is theirs to check. */
const EVALUATION = {
  real: given<unknown>(),
  fake: given<unknown>(),
  extractor: given<unknown>(),
  weights: given<unknown>(),
  layer: given<unknown>(),
  logits: given<unknown>(),
  range: given<unknown>(),
  metrics: optional(list(oneOf(METRICS), { name: `a list of ${METRICS.join(', ')}`, min: 1 })),
  batchSize: given<unknown>(),
  channels: given<unknown>(),
  size: given<unknown>(),
  onCorrupt: given<unknown>(),
  order: oneOf(['shuffled', 'paths'], { default: 'shuffled' }),
  splits: integer({ min: 1, default: 10 }),
  subsets: integer({ min: 1, default: 100 }),
  subsetSize: optional(integer({ min: 2 })),
  neighbors: integer({ min: 1, default: 3 }),
  coverageNeighbors: integer({ min: 1, default: 5 }),
  seed: seed(),
  saveStatistics: optional(
    custom<string>((where, parameter, value): asserts value is string =>
      checkStatisticsPath(where, parameter, value),
    ),
  ),
  onProgress: optional(callback()),
};

/** Checks the options that no image is needed for. */
export function checkedRequest(where: string, options: EvaluateFoldersOptions): Request {
  const read = readOptions<unknown, typeof EVALUATION>(where, options, EVALUATION);
  if (read.saveStatistics === undefined && read.fake === undefined)
    fail('type', where, 'fake', 'a folder, unless `saveStatistics` is given', read.fake);
  return read;
}
