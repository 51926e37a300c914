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
  /** The folder of generated images, or such a file; may be omitted with `saveStatistics`. */
  readonly fake?: string | undefined;
  /** The metrics to measure; default all that the extractor allows. */
  readonly metrics?: readonly Metric[];
  /** Largest number of images per call of the extractor; default 32. */
  readonly batchSize?: number;
  /** Number of channels: 3, RGB, the default, or 1, grey. */
  readonly channels?: 1 | 3;
  /** The side of the square, in pixels, to which each image is resized first; default: images are not resized. */
  readonly size?: number | undefined;
  /** How to handle a file that is not an image: `'refuse'`, the default, or `'skip'`. */
  readonly onCorrupt?: 'refuse' | 'skip';
  /**
   * The order in which the classifier score splits the images: `'shuffled'` by `seed`, the default, or by
   * their `'paths'`. With `'paths'`, files such as `class/000.png` put one class in each split, and the
   * score is that of single classes.
   */
  readonly order?: 'shuffled' | 'paths';
  /** Number of splits of the classifier score; default 10. */
  readonly splits?: number;
  /** Number of subsets of the kernel distance; default 100. */
  readonly subsets?: number;
  /** Number of images in a subset; default 1,000, or all images of the smaller folder if they are fewer. */
  readonly subsetSize?: number | undefined;
  /** k of precision and recall; default 3. */
  readonly neighbors?: number;
  /** k of density and coverage; default 5. */
  readonly coverageNeighbors?: number;
  /** The seed of the order and of the subsets, a non-negative integer; default 0. */
  readonly seed?: number;
  /**
   * The path to which the statistics of the real images are written: `.npz` with `mu` and `sigma`, as in
   * pytorch-fid and clean-fid, or `.safetensors`, as from `FeatureStatistics.toBytes`, with the number of
   * images.
   */
  readonly saveStatistics?: string | undefined;
  /** Receives the progress after each batch. */
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

/** The progress of `evaluateFolders`. */
export interface EvaluationProgress {
  /** Number of images read so far, of both folders together. */
  readonly images: number;
  /** Number of image files in both folders together. */
  readonly of: number;
}

/** The metrics to measure and their settings. */
export interface Request {
  /** The metrics; undefined for all that the extractor allows. */
  readonly metrics: readonly Metric[] | undefined;
  readonly order: 'shuffled' | 'paths';
  readonly splits: number;
  readonly subsets: number;
  /** Number of images in a subset; undefined for 1,000, or all images of the smaller folder if they are fewer. */
  readonly subsetSize: number | undefined;
  readonly neighbors: number;
  readonly coverageNeighbors: number;
  readonly seed: number;
}

/** Schema of the options; those of the extractor and of the reader of images are checked there. */
const EVALUATION = {
  real: given<unknown>(),
  fake: given<unknown>(),
  extractor: given<unknown>(),
  weights: given<unknown>(),
  layer: given<unknown>(),
  logits: given<unknown>(),
  range: given<unknown>(),
  metrics: optional(list(oneOf(METRICS), { name: `an array of ${METRICS.join(', ')}`, min: 1 })),
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

/** Checks the options that can be checked without an image; returns those of the metrics. */
export function checkedRequest(where: string, options: EvaluateFoldersOptions): Request {
  const read = readOptions<unknown, typeof EVALUATION>(where, options, EVALUATION);
  if (read.saveStatistics === undefined && read.fake === undefined)
    fail('type', where, 'fake', 'a folder, unless `saveStatistics` is given', read.fake);
  return read;
}
