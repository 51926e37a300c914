import { checkNumber, checkOneOf, checkOptions, fail } from '../../internal/check.js';
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

/** Checks the options that no image is needed for. */
export function checkedRequest(where: string, options: EvaluateFoldersOptions): Request {
  checkOptions(where, options, OPTIONS);
  const { fake, metrics, order = 'shuffled', saveStatistics, onProgress } = options ?? {};
  const { splits = 10, subsets = 100, subsetSize, seed = 0 } = options ?? {};
  const { neighbors = 3, coverageNeighbors = 5 } = options ?? {};
  if (metrics !== undefined && (!Array.isArray(metrics) || metrics.length === 0))
    fail('type', where, 'metrics', `a list of ${METRICS.join(', ')}`, metrics);
  for (const metric of (metrics ?? []) as readonly Metric[])
    if (!METRICS.includes(metric))
      fail('value', where, 'metrics', `of ${METRICS.join(', ')}`, metric);
  checkOneOf(where, 'order', order, ['shuffled', 'paths']);
  for (const [name, value] of Object.entries({ splits, subsets, neighbors, coverageNeighbors }))
    checkNumber(where, name, value, { integer: true, min: 1 });
  if (subsetSize !== undefined)
    checkNumber(where, 'subsetSize', subsetSize, { integer: true, min: 2 });
  checkNumber(where, 'seed', seed, { integer: true, min: 0 });
  if (saveStatistics !== undefined) checkStatisticsPath(where, 'saveStatistics', saveStatistics);
  else if (fake === undefined)
    fail('type', where, 'fake', 'a folder, unless `saveStatistics` is given', fake);
  if (onProgress !== undefined && typeof onProgress !== 'function')
    fail('type', where, 'onProgress', 'a function', onProgress);
  return {
    ...{ metrics, order, splits, subsets, subsetSize },
    ...{ neighbors, coverageNeighbors, seed },
  };
}

const OPTIONS: readonly string[] = [
  ...['real', 'fake', 'extractor', 'weights', 'layer', 'logits', 'range', 'metrics', 'batchSize'],
  ...['channels', 'size', 'onCorrupt', 'order', 'splits', 'subsets', 'subsetSize', 'neighbors'],
  ...['coverageNeighbors', 'seed', 'saveStatistics', 'onProgress'],
];
