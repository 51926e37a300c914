import { inceptionScore } from '../../metrics/classifier/inception_score.js';
import { frechetDistance } from '../../metrics/gaussian/frechet_distance.js';
import { scoreNames } from '../../metrics/inception/score_names.js';
import { kernelDistance } from '../../metrics/kernel/kernel_distance.js';
import { densityCoverage } from '../../metrics/neighbors/density_coverage.js';
import { precisionRecall } from '../../metrics/neighbors/precision_recall.js';
import type { HostRows } from '../../metrics/rows.js';
import type { Answers } from './answers.js';
import type { Request } from './evaluate_options.js';
import type { Metric, Score } from './evaluation.js';
import type { MetricPlan } from './metric_plan.js';
import type { SavedStatistics } from './statistics_file.js';

/** The data of one side, real or generated: from its images, or from a file of statistics. */
export interface Side {
  readonly statistics: SavedStatistics;
  /** The answers to its images; undefined for a file of statistics. */
  readonly answers?: Answers;
}

/** Measures the planned metrics, in the order of `METRICS`. */
export async function measure(
  { metrics, classifiesReal }: MetricPlan,
  { real, fake }: { readonly real: Side; readonly fake: Side },
  request: Request,
  features: string,
): Promise<Score[]> {
  const names = scoreNames(features);
  const { splits, order, seed, neighbors, coverageNeighbors } = request;
  const pair = () => ({ real: real.answers!.features, fake: fake.answers!.features });

  const measures: Record<Metric, () => Promise<Omit<Score, 'metric'>[]>> = {
    frechet: async () => {
      const value = await frechetDistance(real.statistics, fake.statistics);
      return [{ name: names.frechetDistance, value, settings: {} }];
    },
    kernel: async () => {
      const counts = [real.answers!.count, fake.answers!.count];
      const subsetSize = request.subsetSize ?? Math.min(1000, ...counts);
      // subsets that contain all images of both folders are all the same
      const subsets = subsetSize === Math.max(...counts) ? 1 : request.subsets;
      const settings = { subsets, subsetSize, seed };
      const { mean: value, std } = await kernelDistance(pair(), settings);
      return [{ name: names.kernelDistance, value, std, settings }];
    },
    'precision-recall': async () => {
      const settings = { neighbors };
      const { precision, recall, f1: F1 } = await precisionRecall(pair(), settings);
      const found = Object.entries({ precision, recall, F1 });
      return found.map(([name, value]) => ({ name, value, settings }));
    },
    'density-coverage': async () => {
      const settings = { neighbors: coverageNeighbors };
      const { density, coverage } = await densityCoverage(pair(), settings);
      const found = Object.entries({ density, coverage });
      return found.map(([name, value]) => ({ name, value, settings }));
    },
    classifier: async () => {
      const ofFake = await classify(names.inceptionScore, fake.answers!.logits!);
      if (!classifiesReal) return [ofFake];
      const name = `${names.inceptionScore} of real images`;
      return [ofFake, await classify(name, real.answers!.logits!)];
    },
  };
  const scores: Score[] = [];
  for (const metric of metrics)
    for (const score of await measures[metric]()) scores.push({ metric, ...score });
  return scores;

  async function classify(name: string, logits: HostRows): Promise<Omit<Score, 'metric'>> {
    const shuffle = order === 'shuffled' ? { seed } : {};
    const { mean: value, std } = await inceptionScore(logits, { splits, ...shuffle });
    return { name, value, std, settings: { splits, order, ...shuffle } };
  }
}
