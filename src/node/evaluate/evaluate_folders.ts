import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { checkNumber, checkOptions, fail } from '../../internal/check.js';
import { densityCoverage } from '../../metrics/density_coverage.js';
import { FeatureStatistics } from '../../metrics/feature_statistics.js';
import { frechetDistance } from '../../metrics/frechet_distance.js';
import { inceptionScore } from '../../metrics/inception_score.js';
import { kernelDistance } from '../../metrics/kernel_distance.js';
import { precisionRecall } from '../../metrics/precision_recall.js';
import type { HostRows } from '../../metrics/rows.js';
import { scoreNames } from '../../metrics/score_names.js';
import { folderImages } from '../folder_images.js';
import { openExtractor } from './extractor.js';
import type { Extractor, ExtractorSource } from './extractor.js';

/** What can be measured; `'classifier'` needs an extractor with logits. */
export type Metric = 'frechet' | 'kernel' | 'precision-recall' | 'density-coverage' | 'classifier';
export const METRICS: readonly Metric[] = [
  ...(['frechet', 'kernel', 'precision-recall', 'density-coverage', 'classifier'] as const),
];

/** Options of {@link evaluateFolders}. */
export interface EvaluateFoldersOptions extends ExtractorSource {
  /** The folder of real images. */
  readonly real: string;
  /** The folder of generated images. */
  readonly fake: string;
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
  /** Of the subsets; default 0. */
  readonly seed?: number;
  /** Called after each batch. */
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

/** How far {@link evaluateFolders} is. */
export interface EvaluationProgress {
  /** Images that were read of both folders. */
  readonly images: number;
  /** Files there are in both. */
  readonly of: number;
}

/** One number of an evaluation. */
export interface Score {
  readonly metric: Metric;
  /** What it is called, with the features it is of. */
  readonly name: string;
  readonly value: number;
  /** Over splits or subsets. */
  readonly std?: number;
  /** What it was measured with. */
  readonly settings: Readonly<Record<string, number>>;
}

/** What {@link evaluateFolders} finds. */
export interface Evaluation {
  /** Which features were compared. */
  readonly features: string;
  /** Images that were read. */
  readonly real: number;
  readonly fake: number;
  /** Files that were passed over, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly scores: readonly Score[];
}

const WHERE = 'evaluateFolders';

/**
 * Scores a folder of generated images against a folder of real ones.
 *
 * Each image goes once through the extractor; its features are then compared by every metric that is
 * asked for. Fréchet distance alone takes constant memory; the others hold the features of all images.
 * Scores are named FID, KID and Inception Score only with the published weights of Inception-v3.
 *
 * @param options `real`, `fake`, `extractor`; the others have defaults, see
 *   {@link EvaluateFoldersOptions}.
 * @returns The scores, and how many images they are of.
 * @throws GanKitError if an option is out of range, a folder holds no images, a file cannot be read
 *   (unless `onCorrupt` is `'skip'`), or images are too few for a metric.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { dcganDiscriminator } from 'gan-kit/models';
 * import { evaluateFolders, modelFile, savePNG } from 'gan-kit/node';
 *
 * await loadBackend();
 * const network = dcganDiscriminator({ imageShape: [16, 16, 3], filters: 4, seed: 7 });
 * await network.save(modelFile('network.json'));
 * for (let i = 0; i < 8; i++) {
 *   const data = Uint8Array.from({ length: 768 }, (_, k) => (k * (i + 1)) % 256);
 *   await savePNG(`images/${i}.png`, { width: 16, height: 16, channels: 3, data });
 * }
 * const { scores } = await evaluateFolders({
 *   real: 'images',
 *   fake: 'images',
 *   extractor: 'network.json',
 *   layer: 'conv2_act',
 *   metrics: ['precision-recall'],
 * });
 * console.log(scores[0]!.name, scores[0]!.value); // → precision 1
 * ```
 */
export async function evaluateFolders(options: EvaluateFoldersOptions): Promise<Evaluation> {
  checkOptions(WHERE, options, OPTIONS);
  const { metrics, splits = 10, subsets = 100, seed = 0, onProgress } = options;
  const { neighbors = 3, coverageNeighbors = 5 } = options;
  if (metrics !== undefined && !(Symbol.iterator in Object(metrics)))
    fail('type', WHERE, 'metrics', 'a list of metrics', metrics);
  for (const metric of metrics ?? [])
    if (!METRICS.includes(metric))
      fail('value', WHERE, 'metrics', `of ${METRICS.join(', ')}`, metric);
  checkNumber(WHERE, 'subsets', subsets, { integer: true, min: 1 });

  const extractor = await openExtractor(WHERE, options);
  try {
    const folders = {
      real: await open(options.real),
      fake: await open(options.fake),
    };
    const of = folders.real.names.length + folders.fake.names.length;
    let images = 0;
    const seen = (count: number) => onProgress?.({ images: (images += count), of });
    const keepRows = metrics?.every((metric) => metric === 'frechet') !== true;
    const real = await answersOf(extractor, folders.real, keepRows, seen);
    const fake = await answersOf(extractor, folders.fake, keepRows, seen);
    if (metrics?.includes('classifier') && fake.logits === undefined)
      fail(
        'value',
        WHERE,
        'metrics',
        'without classifier, as the extractor has no logits',
        metrics,
      );

    const names = scoreNames(extractor.name);
    const scores: Score[] = [];
    const wants = (metric: Metric) => metrics?.includes(metric) ?? true;
    if (wants('frechet')) {
      const value = await frechetDistance(real.statistics, fake.statistics);
      scores.push({ metric: 'frechet', name: names.frechetDistance, value, settings: {} });
    }
    const pair = { real: real.features, fake: fake.features };
    if (wants('kernel')) {
      const fewest = Math.min(real.count, fake.count);
      const subsetSize = options.subsetSize ?? Math.min(1000, fewest);
      // all subsets of the size of both folders are the same
      const whole = subsetSize === Math.max(real.count, fake.count);
      const settings = { subsets: whole ? 1 : subsets, subsetSize, seed };
      const { mean: value, std } = await kernelDistance(pair, settings);
      scores.push({ metric: 'kernel', name: names.kernelDistance, value, std, settings });
    }
    if (wants('precision-recall')) {
      const settings = { neighbors };
      const found = await precisionRecall(pair, settings);
      for (const name of ['precision', 'recall', 'f1'] as const)
        scores.push({
          ...{ metric: 'precision-recall', name: name === 'f1' ? 'F1' : name },
          ...{ value: found[name], settings },
        });
    }
    if (wants('density-coverage')) {
      const settings = { neighbors: coverageNeighbors };
      const found = await densityCoverage(pair, settings);
      for (const name of ['density', 'coverage'] as const)
        scores.push({ metric: 'density-coverage', name, value: found[name], settings });
    }
    if (wants('classifier') && fake.logits !== undefined)
      for (const [side, { logits }] of Object.entries({ fake, real })) {
        const { mean: value, std } = await inceptionScore(logits!, { splits });
        const name =
          side === 'fake' ? names.inceptionScore : `${names.inceptionScore} of real images`;
        scores.push({ metric: 'classifier', name, value, std, settings: { splits } });
      }
    return {
      ...{ features: extractor.name, real: real.count, fake: fake.count },
      skipped: Object.fromEntries([...folders.real.skipped, ...folders.fake.skipped]),
      scores,
    };
  } finally {
    extractor.dispose();
  }

  function open(folder: string) {
    const { batchSize, channels, size, onCorrupt } = options;
    return folderImages({
      ...{ folder, range: extractor.range },
      ...(batchSize !== undefined && { batchSize }),
      ...(channels !== undefined && { channels }),
      ...(size !== undefined && { size }),
      ...(onCorrupt !== undefined && { onCorrupt }),
    });
  }
}

const OPTIONS: readonly string[] = [
  ...['real', 'fake', 'extractor', 'weights', 'layer', 'logits', 'range', 'metrics', 'batchSize'],
  ...['channels', 'size', 'onCorrupt', 'splits', 'subsets', 'subsetSize', 'neighbors'],
  ...['coverageNeighbors', 'seed', 'onProgress'],
];

/** What an extractor says of all images of a folder. */
interface Answers {
  readonly count: number;
  readonly statistics: FeatureStatistics;
  /** Empty if they were not to be kept. */
  readonly features: HostRows;
  readonly logits?: HostRows;
}

async function answersOf(
  extractor: Extractor,
  images: AsyncIterable<Tensor4D>,
  keepRows: boolean,
  seen: (count: number) => void,
): Promise<Answers> {
  const statistics = new FeatureStatistics();
  const features = new Table();
  const logits = new Table();
  for await (const batch of images) {
    const count = batch.shape[0];
    try {
      const answer = await extractor.extract(batch);
      try {
        await statistics.update(answer.features);
        if (keepRows) await features.add(answer.features);
        if (keepRows && answer.logits !== undefined) await logits.add(answer.logits);
      } finally {
        dispose([answer.features, ...(answer.logits === undefined ? [] : [answer.logits])]);
      }
    } finally {
      batch.dispose();
    }
    seen(count);
  }
  return {
    ...{ count: statistics.count, statistics, features: features.rows() },
    ...(logits.count > 0 && { logits: logits.rows() }),
  };
}

/** Rows that come batch by batch. */
class Table {
  count = 0;
  private columns = 0;
  private readonly parts: Float32Array[] = [];

  async add(rows: Tensor2D): Promise<void> {
    this.count += rows.shape[0];
    this.columns = rows.shape[1];
    this.parts.push((await rows.data()) as Float32Array);
  }

  rows(): HostRows {
    const data = new Float32Array(this.count * this.columns);
    let at = 0;
    for (const part of this.parts) {
      data.set(part, at);
      at += part.length;
    }
    return { data, shape: [this.count, this.columns] };
  }
}
