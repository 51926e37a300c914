import { given } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { decodeJPEGInBrowser } from './decode_jpeg_in_browser.js';
import type { ImageDataSet } from './image_data_set.js';
import { imageFiles } from './image_files.js';
import type { ImageFile } from './image_files.js';
import { TRAINING_SET, trainingSet } from './training_set.js';
import type { RealBatch, TrainingSetOptions } from './training_set.js';

/** Options of {@link trainingImages}. */
export interface TrainingImagesOptions extends TrainingSetOptions {
  /** A user's files; those with the name of an image are used. */
  files: ArrayLike<ImageFile>;
}

/**
 * Makes a data set for `createGAN` from a user's files, for pages and workers: shuffled images, in batches that
 * depend only on the seed and their number.
 *
 * Each image is resized to `load` (bicubically, as in PIL), cropped to `crop`, mirrored at random if `flip` is
 * true, and scaled to [−1, 1]; most other values of `preprocess` keep proportions. Files are read as by
 * {@link pairedImages}, with up to 256 MiB of pixels.
 *
 * @param options `files`: a `FileList` or an array of `File`; `preprocess` `'resize_and_crop'`, `crop`
 *   64, `load` as `crop`, `flip` false, `channels` 3, `alpha` `'drop'`, `bits` 8, `shuffle` true, `seed`
 *   0, `onCorrupt` `'refuse'`, `prefetch` true.
 * @returns The data set; it holds no tensors, and those of a batch belong to the caller.
 * @throws GanKitError if an option is out of range or no file has the name of an image.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts no-run
 * import { loadBackend } from 'gan-kit';
 * import { trainingImages } from 'gan-kit/io';
 *
 * declare const input: { files: File[] }; // <input type="file" webkitdirectory>
 * await loadBackend();
 * const faces = trainingImages({ files: input.files, crop: 64, seed: 1 });
 * const { real } = await faces.batch(0, 16); // [16, 64, 64, 3]
 * ```
 *
 * @see Goodfellow et al. 2014, arXiv 1406.2661, algorithm 1
 */
export function trainingImages(
  options: TrainingImagesOptions,
): ImageDataSet<readonly string[], RealBatch> {
  const where = 'trainingImages';
  const read = readOptions(where, options, {
    files: given<ArrayLike<ImageFile>>(),
    ...TRAINING_SET,
  });
  const listing = imageFiles(where, 'files', read.files);
  return trainingSet(where, listing, decodeJPEGInBrowser, read);
}
