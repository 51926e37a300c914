import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import {
  classifierConfidence,
  classShares,
  FeatureStatistics,
  frechetDistance,
  inceptionScore,
} from 'gan-kit/metrics';
import type { GaussianStatistics } from 'gan-kit/metrics';
import type { Classifier } from './classifier.js';
import { imageTensor, range } from './data.js';
import type { Images } from './data.js';

/** What the classifier says of a set of images. */
export interface Scores {
  /** Classifier score, mean and standard deviation over the splits; 10 at best. */
  readonly score: number;
  readonly scoreStd: number;
  /** Fréchet distance of the classifier's features to those of all test images. */
  readonly frechet: number;
  /** Share of images of which the classifier is at least 90 % sure. */
  readonly confident: number;
  /** Share of each digit. */
  readonly shares: number[];
}

/** Judges images against the test half of MNIST. */
export class Judge {
  private constructor(
    private readonly classifier: Classifier,
    private readonly reference: GaussianStatistics,
  ) {}

  static async create(classifier: Classifier, test: Images): Promise<Judge> {
    const statistics = new FeatureStatistics();
    for (let first = 0; first < test.count; first += 500) {
      const images = imageTensor(test, range(first, Math.min(500, test.count - first)));
      const { features, logits } = classifier.evaluate(images);
      await statistics.update(features);
      dispose([images, features, logits]);
    }
    return new Judge(classifier, statistics.value());
  }

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
