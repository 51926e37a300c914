import { any, argMax, cast, dispose, isNaN as isNotNumber, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { checkFunction, checkOptions, checkTensor, fail } from '../../internal/check.js';
import { freedIfThrown } from '../../internal/freed_if_thrown.js';
import { readOptions } from '../../internal/read_options.js';
import type { ClassMap } from '../class_map.js';
import { CONFUSION_MATRIX, confusionMatrix } from './confusion_matrix.js';
import type { ConfusionMatrix } from './confusion_matrix.js';
import { SEGMENTATION_SCORES, segmentationScores } from './segmentation_scores.js';
import type { SegmentationScores, SegmentationScoresOptions } from './segmentation_scores.js';

/** Images that were made from label maps, and the maps. */
export interface LabelledImages {
  /** Images [N, height, width, channels], float32. */
  readonly images: Tensor4D;
  /** Classes of the pixels of the segmenter's output, in its order: N · h' · w' of them. */
  readonly labels: ClassMap;
}

/** A network that finds the class of each pixel in images. */
export type Segmenter = (images: Tensor4D) => Tensor | Promise<Tensor>;

/** Options of {@link fcnScore}. */
export interface FCNScoreOptions extends SegmentationScoresOptions {
  /** Number of classes, from 1 to 4096; they are numbered from 0. */
  classes: number;
  /** The only label that is not counted; by default, all labels that are not classes are left out. */
  ignore?: number;
}

/** The result of {@link fcnScore}. */
export interface FCNScore extends SegmentationScores {
  /** Counts from which the scores are computed. */
  readonly matrix: ConfusionMatrix;
}

/**
 * Computes the FCN score: how well a segmenter that was trained on real photos finds, in generated photos, the
 * classes that they were made from.
 *
 * A generator makes photos from label maps. The segmenter labels the photos, each pixel by its largest logit.
 * `segmentationScores` compares its labels with the maps, over the pixels of all images together. The score
 * depends on the segmenter, too: also report the score of the same segmenter on real photos.
 *
 * @param segmenter A function from images [N, h, w, channels] to logits [N, h', w', classes], float32, or to
 *   classes [N, h', w'], int32. Its output is disposed of.
 * @param batches One batch, or many: an array, a generator or a stream. `labels` has N · h' · w' classes;
 *   the caller resizes images or labels if their sizes differ. Tensors stay alive.
 * @param options `classes`; `ignore`, as in `confusionMatrix`; `absent`, as in `segmentationScores`.
 * @returns The scores, and the confusion matrix.
 * @throws GanKitError if the segmenter's output does not fit or has a NaN, a batch or an option does not fit,
 *   or no pixel is labelled.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { concat, sub, tensor4d, tidy } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { fcnScore } from 'gan-kit/metrics';
 *
 * await loadBackend();
 * const images = tensor4d([0.1, 0.9, 0.8, 0.2], [1, 2, 2, 1]);
 * const labels = Uint8Array.of(0, 1, 1, 1);
 * const segmenter = (x: typeof images) => tidy(() => concat([sub(1, x), x], 3)); // bright: class 1
 * const scores = await fcnScore(segmenter, { images, labels }, { classes: 2 });
 * console.log(scores.pixelAccuracy, scores.classAccuracy); // → 0.75 0.833
 * ```
 *
 * @see Isola et al. 2016, arXiv 1611.07004, section 3.2; Long, Shelhamer and Darrell 2014, arXiv 1411.4038
 */
export async function fcnScore(
  segmenter: Segmenter,
  batches: LabelledImages | Iterable<LabelledImages> | AsyncIterable<LabelledImages>,
  options: FCNScoreOptions,
): Promise<FCNScore> {
  const where = 'fcnScore';
  checkFunction(where, 'segmenter', segmenter);
  const { classes, ignore, absent } = readOptions(where, options, {
    classes: CONFUSION_MATRIX.classes,
    ignore: CONFUSION_MATRIX.ignore,
    ...SEGMENTATION_SCORES,
  });

  let matrix: ConfusionMatrix | undefined;
  for await (const batch of batchesOf(batches)) {
    checkOptions(where, batch, ['images', 'labels'], 'batch');
    const { images, labels } = batch;
    checkTensor(where, 'images', images, { rank: 4 });
    const answer = await freedIfThrown(() => segmenter(images));
    try {
      const predictions = await classesOf(answer, images.shape[0], classes);
      matrix = await confusionMatrix({
        ...{ labels, predictions, classes },
        ...(ignore !== undefined && { ignore }),
        ...(matrix !== undefined && { previous: matrix }),
      });
    } finally {
      if (answer !== images) answer?.dispose?.();
    }
  }
  if (matrix === undefined) fail('shape', where, 'batches', 'at least one batch', batches);
  return { ...segmentationScores(matrix, { absent }), matrix };
}

async function* batchesOf(batches: Parameters<typeof fcnScore>[1]): AsyncGenerator<LabelledImages> {
  if (typeof batches !== 'object' || batches === null)
    fail('type', 'fcnScore', 'batches', '{ images, labels }, or many of them', batches);
  if (Symbol.asyncIterator in batches || Symbol.iterator in batches) yield* batches;
  else yield batches;
}

/** Reads the classes from an output of logits or of classes. */
async function classesOf(answer: Tensor, count: number, classes: number): Promise<Int32Array> {
  const where = 'fcnScore';
  if (answer?.dtype === 'int32') {
    checkTensor(where, 'segmenter', answer, { dtype: 'int32', shape: [count, null, null] });
    return answer.data<'int32'>();
  }
  checkTensor(where, 'segmenter', answer, { shape: [count, null, null, classes] });
  const largest = tidy(() => cast(argMax(answer, 3), 'int32'));
  const broken = tidy(() => any(isNotNumber(answer)));
  try {
    if ((await broken.data())[0] !== 0)
      fail('value', where, 'segmenter', 'a function that returns no NaN', 'NaN among the logits');
    return await largest.data<'int32'>();
  } finally {
    dispose([largest, broken]);
  }
}
