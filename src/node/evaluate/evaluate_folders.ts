import { stat } from 'node:fs/promises';
import { fail } from '../../internal/check.js';
import { freedIfThrown } from '../../internal/freed_if_thrown.js';
import { folderImages } from '../images/folder_images.js';
import type { FolderImages } from '../images/folder_images.js';
import { AnswerReader } from './answers.js';
import { checkedRequest } from './evaluate_options.js';
import type { EvaluateFoldersOptions } from './evaluate_options.js';
import type { Evaluation } from './evaluation.js';
import { openExtractor } from './extractor.js';
import type { Extractor } from './extractor.js';
import { measure } from './measure.js';
import type { Side } from './measure.js';
import { planMetrics } from './metric_plan.js';
import type { Counts } from './metric_plan.js';
import { countOf, readStatistics, widthOf, writeStatistics } from './statistics_file.js';
import type { SavedStatistics } from './statistics_file.js';
import { warningsOf } from './warnings.js';

const WHERE = 'evaluateFolders';

/**
 * Scores a folder of generated images against a folder of real ones.
 *
 * Each image goes through the extractor once; every requested metric then compares the features. The
 * Fréchet distance without other metrics needs constant memory; the others keep the features of all
 * images. Metrics for which there are too few images are left out and named in `leftOut`. This is decided
 * before the first image is read, and again at the end if files were skipped. `warnings` says what makes a
 * score doubtful: no more images than features, or probabilities in place of logits. The classifier score
 * splits the images in an order that is shuffled by `seed`, unless `order` says otherwise.
 *
 * A file of statistics may be given in place of a folder: a `.npz` of pytorch-fid or clean-fid, or a file
 * that `saveStatistics` wrote. It is enough for the Fréchet distance only; a folder `fake` still gets its
 * classifier score. The file does not say from which network, layer and preparation of images it comes:
 * use the same ones. Scores are named FID, KID and Inception Score only with the published weights of
 * Inception-v3.
 *
 * @param options `real`, `fake`, `extractor`; the others have defaults, see
 *   {@link EvaluateFoldersOptions}.
 * @returns The scores, the numbers of images, and the metrics that were left out.
 * @throws GanKitError if an option is out of range, a folder contains no images, a file cannot be read
 *   (unless `onCorrupt` is `'skip'`), no metric can be measured, or the extractor returns anything other
 *   than finite rows of one width, one for each image.
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
  const request = checkedRequest(WHERE, options);
  const { saveStatistics, onProgress } = options;
  const extractor = await openExtractor(WHERE, options);
  try {
    const real = await open('real', options, extractor);
    const fake = options.fake === undefined ? undefined : await open('fake', options, extractor);
    if (saveStatistics !== undefined && real.images === undefined)
      fail('value', WHERE, 'real', 'a folder, where its statistics are saved', options.real);
    const plan = (counts: Counts, hasLogits: boolean) =>
      fake === undefined
        ? { metrics: [], leftOut: [], classifiesReal: false }
        : planMetrics(WHERE, request, counts, hasLogits);
    const files = { real: real.images?.names.length, fake: fake?.images?.names.length };
    const { metrics } = plan(files, extractor.hasLogits ?? true);

    const of = (files.real ?? 0) + (files.fake ?? 0);
    let images = 0;
    let hasLogits = extractor.hasLogits ?? false;
    const reader = new AnswerReader(WHERE, extractor, {
      first: (features, found) => {
        hasLogits = found;
        plan(files, found);
        for (const [side, opened] of Object.entries({ real, fake }))
          checkWidth(side, features, opened?.statistics);
      },
      seen: (count) => freedIfThrown(() => onProgress?.({ images: (images += count), of })),
    });
    const keepRows = metrics.some((metric) => metric !== 'frechet');
    const ofReal = await readSide(reader, real, keepRows);
    if (saveStatistics !== undefined)
      await writeStatistics(saveStatistics, ofReal.answers!.statistics);
    const ofFake = fake && (await readSide(reader, fake, keepRows));

    // after skipped files there may be too few images
    const answers = { real: ofReal.answers, fake: ofFake?.answers };
    const possible = plan({ real: answers.real?.count, fake: answers.fake?.count }, hasLogits);
    const sides = { real: ofReal, ...(ofFake && { fake: ofFake }) };
    const counts = Object.entries(sides).map(([side, { statistics }]) => [
      side,
      countOf(statistics),
    ]);
    const measured = saveStatistics === undefined ? [] : (['frechet'] as const);
    return {
      features: extractor.name,
      ...(Object.fromEntries(counts.filter(([, count]) => count !== undefined)) as Counts),
      passedOver: passedOverIn({ real: real.images, fake: fake?.images }),
      skipped: Object.fromEntries(
        [real, fake].flatMap((side) => [...(side?.images?.skipped ?? [])]),
      ),
      scores: ofFake
        ? await measure(possible, { real: ofReal, fake: ofFake }, request, extractor.name)
        : [],
      leftOut: possible.leftOut,
      warnings: warningsOf(answers, [...possible.metrics, ...measured]),
    };
  } finally {
    extractor.dispose();
  }
}

/** One side, real or generated, before extraction: its images, or the statistics of a file. */
type Opened =
  | { readonly images: FolderImages; readonly statistics?: undefined }
  | { readonly images?: undefined; readonly statistics: SavedStatistics };

async function open(
  side: 'real' | 'fake',
  options: EvaluateFoldersOptions,
  { range }: Extractor,
): Promise<Opened> {
  const path = options[side];
  const statistics = await readStatistics(WHERE, side, path);
  if (statistics !== undefined) return { statistics };
  const found = typeof path === 'string' ? await stat(path).catch(() => undefined) : undefined;
  if (path === undefined || found?.isDirectory() !== true)
    fail('value', WHERE, side, 'a folder that exists', path, 'Or a file .npz or .safetensors.');
  const { batchSize, channels, size, onCorrupt } = options;
  const images = await folderImages({
    ...{ folder: path, range },
    ...(batchSize !== undefined && { batchSize }),
    ...(channels !== undefined && { channels }),
    ...(size !== undefined && { size }),
    ...(onCorrupt !== undefined && { onCorrupt }),
  });
  return { images };
}

/** Returns the counts of the files that were not listed, by side and kind. */
function passedOverIn(
  sides: Readonly<Record<string, FolderImages | undefined>>,
): Evaluation['passedOver'] {
  const counts: [string, Readonly<Record<string, number>>][] = [];
  for (const [side, images] of Object.entries(sides))
    if (images !== undefined) counts.push([side, Object.fromEntries(images.passedOver)]);
  return Object.fromEntries(counts);
}

function checkWidth(side: string, features: number, statistics?: SavedStatistics): void {
  const width = statistics === undefined ? features : widthOf(statistics);
  if (width !== features)
    fail('shape', WHERE, side, `statistics of ${features} features, as the extractor has`, width);
}

async function readSide(reader: AnswerReader, side: Opened, keepRows: boolean): Promise<Side> {
  if (side.statistics !== undefined) return { statistics: side.statistics };
  const answers = await reader.read(side.images, keepRows);
  return { statistics: answers.statistics, answers };
}
