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
  /** A user's files of domain A; those with the name of an image are used. */
  filesA: ArrayLike<ImageFile>;
  /** A user's files of domain B; those with the name of an image are used. */
  filesB: ArrayLike<ImageFile>;
}

/**
 * Makes a data set of unpaired images from a user's files, for pages and workers. They are read as by
 * {@link pairedImages}, but A and B come from separate files, and are cropped and mirrored independently.
 *
 * An epoch has as many samples as the larger domain. A comes in random order, or in order if `shuffle` is false,
 * and starts again if it is the smaller domain. B is drawn at random for each sample, or comes in order if
 * `shuffle` is false. This is as in the CycleGAN code. With `onCorrupt: 'skip'` the smaller domain has its own
 * epochs, in which each file comes once. Files have up to 256 MiB of pixels.
 *
 * @param options `filesA`, `filesB`: a `FileList` or an array of `File`; the others as for
 *   {@link pairedImages}, without `direction`.
 * @returns The data set; it holds no tensors, and those of a batch belong to the caller.
 * @throws GanKitError if an option is out of range or a domain has no file with the name of an image.
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
