import { existsSync, readFileSync } from 'node:fs';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StateArray } from 'gan-kit';
import { decodeSafetensors, encodeSafetensors } from 'gan-kit/io';
import { namedWeights } from 'gan-kit/layers';
import { confusionMatrix, segmentationScores } from 'gan-kit/metrics';
import { writeFileAtomic } from 'gan-kit/node';
import type { Scenes } from './data.js';
import { CLASSES, nearestClass } from './palette.js';
import { buildSegmenter, segment, trainSegmenter } from './segmenter.js';

const STEPS = 300;
const BATCH = 8;

/** Shares of correct pixels and classes; see `segmentationScores`. */
export interface Scores {
  readonly pixel: number;
  readonly class: number;
  readonly iou: number;
  /** The accuracy of each class. */
  readonly classes: readonly number[];
}

/** A judge that scores pictures of held-out scenes by their true label maps. */
export class Judge {
  constructor(
    private readonly segmenter: LayersModel,
    private readonly test: Scenes,
  ) {}

  /** Makes a judge with a segmenter trained on the real photos of `train`, or read from `path` if that file exists. */
  static async create(
    train: Scenes,
    test: Scenes,
    path: string,
    onStep?: (step: number, of: number, loss: number) => void,
    steps = STEPS,
  ): Promise<Judge> {
    const segmenter = buildSegmenter(train.size);
    if (existsSync(path)) readWeights(segmenter, path);
    else {
      await trainSegmenter(segmenter, train, {
        ...{ steps, batch: Math.min(BATCH, train.count), seed: 0 },
        onStep: (step, loss) => onStep?.(step, steps, loss),
      });
      await writeWeights(segmenter, path);
    }
    return new Judge(segmenter, test);
  }

  /** Scores the segmenter's labels for photos, real or generated, of the test scenes at these places. */
  async photos(photos: Tensor4D, places: ArrayLike<number>): Promise<Scores> {
    return this.score(await segment(this.segmenter, photos), places);
  }

  /** Scores label maps in colour, by the nearest colour of the palette. */
  async maps(maps: Tensor4D, places: ArrayLike<number>): Promise<Scores> {
    return this.score(nearestClass((await maps.data()) as Float32Array), places);
  }

  /** Scores the constant prediction of the most frequent class. */
  async majority(places: ArrayLike<number>): Promise<Scores & { label: number }> {
    const labels = this.test.labels(places);
    const counts = new Float64Array(CLASSES.length);
    for (const label of labels) counts[label]!++;
    const label = counts.indexOf(Math.max(...counts));
    return { ...(await this.score(new Uint8Array(labels.length).fill(label), places)), label };
  }

  private async score(predictions: Uint8Array, places: ArrayLike<number>): Promise<Scores> {
    const labels = this.test.labels(places);
    const matrix = await confusionMatrix({ labels, predictions, classes: CLASSES.length });
    const { pixelAccuracy, classAccuracy, meanIoU, accuracies } = segmentationScores(matrix);
    return { pixel: pixelAccuracy, class: classAccuracy, iou: meanIoU, classes: [...accuracies] };
  }

  dispose(): void {
    this.segmenter.dispose();
  }
}

async function writeWeights(network: LayersModel, path: string): Promise<void> {
  const tensors: Record<string, StateArray> = {};
  for (const { path: name, variable } of namedWeights(network)) {
    const data = (await variable.read().data()) as Float32Array;
    tensors[name] = { shape: variable.shape as number[], data };
  }
  await writeFileAtomic(path, encodeSafetensors({ tensors }));
}

function readWeights(network: LayersModel, path: string): void {
  const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(path)));
  for (const { path: name, variable } of namedWeights(network)) {
    const saved = tensors[name];
    if (saved === undefined) throw new Error(`${path} lacks ${name}`);
    tidy(() => void variable.write(tensor(saved.data, [...saved.shape])));
  }
}
