import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { FeatureStatistics } from 'gan-kit/metrics';
import { readClassifier } from '../mnist/read_classifier.js';
import { imageTensor, range } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';
import { readMnist } from '../mnist/read_mnist.js';
import type { Shard } from './shards.js';

/** Number of images in a batch of the classifier, the same for all workers, as the rounding of sums depends on it. */
const BATCH = 250;

/** A reader of the features of shards, with a network that is loaded once. */
export class ShardReader {
  private readonly classifier = readClassifier();
  private readonly halves: Partial<Record<Shard['split'], Images>> = {};

  /** Computes the statistics of the classifier's features of a shard; they depend on the shard only. */
  async read({ split, start, end }: Shard): Promise<FeatureStatistics> {
    const images = (this.halves[split] ??= readMnist(split));
    return FeatureStatistics.of(this.features(images, start, end));
  }

  private async *features(images: Images, start: number, end: number): AsyncGenerator<Tensor2D> {
    for (let first = start; first < end; first += BATCH) {
      const batch = imageTensor(images, range(first, Math.min(BATCH, end - first)));
      const { features, logits } = this.classifier.evaluate(batch);
      dispose([batch, logits]);
      yield features;
      features.dispose();
    }
  }
}

/** Adds the statistics of all shards in a fixed order, which makes the sum the same bit for bit. */
export function mergeShards(parts: readonly FeatureStatistics[]): FeatureStatistics {
  const whole = new FeatureStatistics();
  for (const part of parts) whole.merge(part);
  return whole;
}
