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
 * Each image goes once through the extractor; its features are then compared by every metric that is
 * asked for. Fréchet distance alone takes constant memory; the others hold the features of all images.
 * What the numbers of images do not allow is left out, known before the first image is read, and named
 * in `leftOut`; what makes a score doubtful is in `warnings`: images no more than features, and
 * probabilities in place of logits. The classifier score splits the images in an order that is shuffled
 * by `seed`, unless `order` says otherwise.
 *
 * In place of a folder there may be a file of statistics, for the Fréchet distance alone: a `.npz` of
 * pytorch-fid or clean-fid, or what `saveStatistics` wrote. Nothing in it says which network, layer and
 * preparation of images it is of; they are to be the same.
 * Scores are named FID, KID and Inception Score only with the published weights of Inception-v3.
 *
 * @param options `real`, `fake`, `extractor`; the others have defaults, see
 *   {@link EvaluateFoldersOptions}.
 * @returns The scores, how many images they are of, and what was left out.
 * @throws GanKitError if an option is out of range, a folder holds no images, a file cannot be read
 *   (unless `onCorrupt` is `'skip'`), images are too few for every metric, or the extractor gives
 *   anything but finite rows of one width, one for each image.
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

    // files that were passed over may have left too few images
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

/** One side before anything is extracted: images, or statistics of a file. */
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

/** The counts of other files, by side. */
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
