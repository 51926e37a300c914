import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import {
  classifierConfidence,
  classShares,
  densityCoverage,
  FeatureStatistics,
  frechetDistance,
  inceptionScore,
  kernelDistance,
  precisionRecall,
} from 'gan-kit/metrics';
import type { GaussianStatistics, HostRows } from 'gan-kit/metrics';
import type { Classifier } from './classifier.js';
import { imageTensor, range } from './data.js';
import type { Images } from './data.js';

/** The scores of a set of images by the classifier. */
export interface Scores {
  /** Classifier score: mean and standard deviation over the splits, 10 at best. */
  readonly score: number;
  readonly scoreStd: number;
  /** Fréchet distance between the classifier's features of the images and of all test images. */
  readonly frechet: number;
  /** Share of images for which the classifier's confidence is at least 90 %. */
  readonly confident: number;
  /** Share of each digit. */
  readonly shares: number[];
}

/** The comparison of the features of images with those of as many real ones. */
export interface Comparison {
  readonly kernel: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly density: number;
  readonly coverage: number;
}

/** What scores images by the classifier and the statistics of its features of the test half of MNIST. */
export class Scorer {
  constructor(
    protected readonly classifier: Classifier,
    readonly reference: GaussianStatistics,
  ) {}

  async judge(images: Tensor4D, splits = 10): Promise<Scores> {
    const { features, logits } = this.classifier.evaluate(images);
    const { mean, std } = await inceptionScore(logits, { splits });
    const statistics = new FeatureStatistics();
    await statistics.update(features);
    const scores = {
      score: mean,
      scoreStd: std,
      frechet: await frechetDistance(statistics, this.reference),
      confident: (await classifierConfidence(logits, { threshold: 0.9 })).share,
      shares: [...(await classShares(logits))],
    };
    dispose([features, logits]);
    return scores;
  }
}

/** A scorer that has the features of the test half, too, and compares images with them. */
export class Judge extends Scorer {
  private constructor(
    classifier: Classifier,
    reference: GaussianStatistics,
    private readonly features: HostRows,
  ) {
    super(classifier, reference);
  }

  static async create(classifier: Classifier, test: Images): Promise<Judge> {
    const statistics = new FeatureStatistics();
    const rows: number[] = [];
    for (let first = 0; first < test.count; first += 500) {
      const images = imageTensor(test, range(first, Math.min(500, test.count - first)));
      const { features, logits } = classifier.evaluate(images);
      await statistics.update(features);
      rows.push(...(await features.data()));
      dispose([images, features, logits]);
    }
    const data = Float32Array.from(rows);
    const shape = [test.count, data.length / test.count];
    return new Judge(classifier, statistics.value(), { data, shape });
  }

  /** Compares images with as many test images, starting at number `first`; this takes some seconds. */
  async compare(images: Tensor4D, first: number): Promise<Comparison> {
    const { features: fake, logits } = this.classifier.evaluate(images);
    const [count, columns] = fake.shape;
    const { data } = this.features;
    const real = {
      data: data.slice(first * columns, (first + count) * columns),
      shape: [count, columns],
    };
    const { mean: kernel } = await kernelDistance(
      { real, fake },
      { subsetSize: Math.min(1000, count) },
    );
    const { precision, recall, f1 } = await precisionRecall({ real, fake });
    const { density, coverage } = await densityCoverage({ real, fake });
    dispose([fake, logits]);
    return { kernel, precision, recall, f1, density, coverage };
  }
}
