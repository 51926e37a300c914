import { given } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { decodeJPEGInBrowser } from './decode_jpeg_in_browser.js';
import type { ImageDataSet } from './image_data_set.js';
import { imageFiles } from './image_files.js';
import type { ImageFile } from './image_files.js';
import { IMAGE_SET } from './image_set_options.js';
import type { ImageSetOptions } from './image_set_options.js';
import { unpairedSet } from './unpaired_set.js';
import type { UnpairedNames } from './unpaired_set.js';

/** Options of {@link unpairedImages}. */
export interface UnpairedImagesOptions extends ImageSetOptions {
  /** A user's files of domain A; those are taken that are named as images. */
  filesA: ArrayLike<ImageFile>;
  /** A user's files of domain B. */
  filesB: ArrayLike<ImageFile>;
}

/**
 * Unpaired images from a user's files, for pages and workers: as {@link pairedImages} reads them, but
 * A and B come from files of their own, and are cropped and mirrored each for itself.
 *
 * An epoch has as many samples as the larger domain. A goes through its files, in random order
 * unless `shuffle` is false, and again from the start if it is the smaller one; B is drawn at random
 * for each sample, or in order as well with `shuffle: false`. So does the CycleGAN code. With
 * `onCorrupt: 'skip'` the smaller domain has epochs of its own, in which each file comes once. Files of
 * up to 256 MiB of pixels.
 *
 * @param options `filesA`, `filesB`: a `FileList` or an array of `File`; the others as for
 *   {@link pairedImages}, without `direction`.
 * @returns The data set; it holds no tensors, and those of a batch are the caller's.
 * @throws GanKitError if an option is out of range or a domain has no file named as an image.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts no-run
 * import { loadBackend } from 'gan-kit';
 * import { unpairedImages } from 'gan-kit/io';
 *
 * declare const horses: { files: File[] }; // <input type="file" webkitdirectory>
 * declare const zebras: { files: File[] };
 * await loadBackend();
 * const data = unpairedImages({ filesA: horses.files, filesB: zebras.files, onCorrupt: 'skip' });
 * const { a, b } = await data.batch(0, 1); // [1, 256, 256, 3] each
 * ```
 *
 * @see Zhu et al. 2017, arXiv 1703.10593, section 4
 */
export function unpairedImages(options: UnpairedImagesOptions): ImageDataSet<UnpairedNames> {
  const where = 'unpairedImages';
  const read = readOptions(where, options, {
    filesA: given<ArrayLike<ImageFile>>(),
    filesB: given<ArrayLike<ImageFile>>(),
    ...IMAGE_SET,
  });
  const a = imageFiles(where, 'filesA', read.filesA);
  const b = imageFiles(where, 'filesB', read.filesB);
  return unpairedSet(where, { a, b }, decodeJPEGInBrowser, read);
}
