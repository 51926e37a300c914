import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { FeatureStatistics } from 'gan-kit/metrics';
import { Classifier } from '../mnist/classifier.js';
import { imageTensor, range, readMnist } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';
import type { Shard } from './shards.js';

/** Images that go through the classifier at a time: part of the layout, as sums depend on it. */
const BATCH = 250;

/** Extracts the features of shards, with a network that is loaded once. */
export class ShardReader {
  private readonly classifier = new Classifier();
  private readonly halves: Partial<Record<Shard['split'], Images>> = {};

  /** The statistics of the classifier's features of a shard: a function of the shard alone. */
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

/** The statistics of all shards, added in their order, which makes the sum the same to the last bit. */
export function mergeShards(parts: readonly FeatureStatistics[]): FeatureStatistics {
  const whole = new FeatureStatistics();
  for (const part of parts) whole.merge(part);
  return whole;
}
