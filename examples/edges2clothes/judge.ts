import { abs, dispose, mean, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { model } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { FeatureStatistics, frechetDistance } from 'gan-kit/metrics';
import type { GaussianStatistics } from 'gan-kit/metrics';
import type { Clothes } from './fashion.js';
import { pairBatch, photoBatch, range } from './pairs.js';

const BATCH = 250;

/** The scores of translations of held-out drawings. */
export interface Scores {
  /** Mean distance to the photo of the drawing, in grey levels of 255. */
  readonly greys: number;
  /** Share of translations in which the classifier sees the class of the photo. */
  readonly read: number;
  /** Fréchet distance between the classifier's features of the translations and of the photos. */
  readonly frechet: number;
}

/** A judge that scores translations of the first test pairs by the photos of the pairs. */
export class Judge {
  private constructor(
    private readonly network: LayersModel,
    private readonly test: Clothes,
    readonly count: number,
    private readonly reference: GaussianStatistics,
  ) {}

  /**
   * Computes the statistics of the photos.
   *
   * @param classifier A classifier that was trained on real photos; it stays the caller's.
   * @param count Number of test pairs that are judged, more than one.
   */
  static async create(classifier: LayersModel, test: Clothes, count: number): Promise<Judge> {
    const outputs = [classifier.getLayer('features').output, classifier.outputs[0]!] as never;
    const network = model({ inputs: classifier.inputs, outputs });
    const statistics = new FeatureStatistics();
    for (const places of batches(count)) {
      const photos = photoBatch(test, places);
      const [features, logits] = network.apply(photos) as [Tensor2D, Tensor2D];
      await statistics.update(features);
      dispose([photos, features, logits]);
    }
    return new Judge(network, test, count, statistics.value());
  }

  /** Scores the results of `translate` for the drawings; it receives the photos too. */
  async judge(translate: (edges: Tensor4D, photos: Tensor4D) => Tensor4D): Promise<Scores> {
    const statistics = new FeatureStatistics();
    let [distance, right] = [0, 0];
    for (const places of batches(this.count)) {
      const { a, b } = pairBatch(this.test, places);
      const made = translate(a, b);
      const [features, logits] = this.network.apply(made) as [Tensor2D, Tensor2D];
      const difference = tidy(() => mean(abs(sub(made, b))));
      await statistics.update(features);
      distance += (await difference.data())[0]! * 127.5 * places.length;
      const rows = await logits.array();
      rows.forEach((row, n) => {
        const label = this.test.classes[places[n]!]!;
        if (row.indexOf(Math.max(...row)) === label) right++;
      });
      dispose([a, b, made, features, logits, difference]);
    }
    return {
      greys: distance / this.count,
      read: right / this.count,
      frechet: await frechetDistance(statistics, this.reference),
    };
  }
}

const batches = (count: number): Int32Array[] =>
  Array.from({ length: Math.ceil(count / BATCH) }, (_, k) =>
    range(k * BATCH, Math.min(BATCH, count - k * BATCH)),
  );
