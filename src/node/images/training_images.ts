import { given } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { ImageDataSet } from '../../io/images/image_data_set.js';
import { TRAINING_SET, trainingSet } from '../../io/images/training_set.js';
import type { RealBatch, TrainingSetOptions } from '../../io/images/training_set.js';
import { decodeJPEG } from './decode_jpeg.js';
import { imageFolder } from './image_folder.js';

/** Options of {@link trainingImages}. */
export interface TrainingFolderOptions extends TrainingSetOptions {
  /** The folder with the images; its subfolders are searched too. */
  folder: string;
}

/**
 * Makes a data set for `createGAN` from a folder of images: shuffled, in batches that depend only on the
 * seed and their number, so that a resumed run can ask for batch k and continue as if it had never stopped.
 *
 * Each image is resized to `load` (bicubic, as in PIL), cropped to `crop`, mirrored with probability 1/2 if
 * `flip` is true, and scaled to [−1, 1]; `preprocess` has modes that keep proportions. Files are read as by
 * {@link pairedImages}, of up to 256 MiB of pixels. Use {@link folderImages} for metrics.
 *
 * @param options `folder`; `preprocess` `'resize_and_crop'`, `crop` 64, `load` equal to `crop`, `flip` false,
 *   `channels` 3, `alpha` `'drop'`, `bits` 8, `shuffle` true, `seed` 0, `onCorrupt` `'refuse'`,
 *   `prefetch` true.
 * @returns The data set; it contains no tensors, and those of a batch are the caller's.
 * @throws GanKitError if an option is out of range or the folder contains no images.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { createGAN, loadBackend } from 'gan-kit';
 * import { hinge } from 'gan-kit/losses';
 * import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
 * import { savePNG, trainingImages } from 'gan-kit/node';
 *
 * await loadBackend();
 * for (const grey of [0, 60, 120, 180]) {
 *   const data = new Uint8Array(256).fill(grey);
 *   await savePNG(`faces/${grey}.png`, { width: 16, height: 16, channels: 1, data });
 * }
 * const faces = await trainingImages({ folder: 'faces', crop: 16, channels: 1, seed: 1 });
 * const gan = createGAN({
 *   generator: dcganGenerator({ imageShape: [16, 16, 1], latentSize: 8, filters: 4, seed: 1 }),
 *   discriminator: dcganDiscriminator({ imageShape: [16, 16, 1], filters: 4, seed: 2 }),
 *   loss: hinge(),
 *   seed: 3,
 * });
 * for (let step = 0; step < 2; step++) {
 *   const batch = await faces.batch(step, 4);
 *   await gan.trainStep(batch);
 *   batch.real.dispose();
 * }
 * console.log(faces.length, gan.steps.generator); // → 4 2
 * ```
 *
 * @see Goodfellow et al. 2014, arXiv 1406.2661, algorithm 1
 */
export async function trainingImages(
  options: TrainingFolderOptions,
): Promise<ImageDataSet<readonly string[], RealBatch>> {
  const where = 'trainingImages';
  const read = readOptions(where, options, { folder: given<string>(), ...TRAINING_SET });
  const listing = await imageFolder(where, 'folder', read.folder);
  return trainingSet(where, listing, decodeJPEG, read);
}
