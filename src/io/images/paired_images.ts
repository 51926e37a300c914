import { given } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { decodeJPEGInBrowser } from './decode_jpeg_in_browser.js';
import type { ImageDataSet } from './image_data_set.js';
import { imageFiles } from './image_files.js';
import type { ImageFile } from './image_files.js';
import { PAIRED_SET, pairedSet } from './paired_set.js';
import type { PairedSetOptions } from './paired_set.js';

/** Options of {@link pairedImages}. */
export interface PairedImagesOptions extends PairedSetOptions {
  /** A user's files; those with the name of an image are used. */
  files: ArrayLike<ImageFile>;
}

/**
 * Makes a data set of paired images from a user's files, for pages and workers. Each file contains A and B side
 * by side, as in the data sets of pix2pix.
 *
 * Both halves are resized to `load` (bicubically, as in PIL), cropped at the same place to `crop`, mirrored
 * together or not, and scaled to [−1, 1]. All random decisions depend only on the seed and the number of the
 * sample. A skipped file leaves the order, and all others come equally often.
 *
 * Files are PNG or JPEG, as their content shows, with up to 256 MiB of pixels; a JPEG counts as four channels in
 * a page. Alpha is dropped unless `alpha` says otherwise, and the rotation in EXIF data is ignored, both as in
 * PIL. A JPEG is refused if it is in CMYK, has more than 8 bits, is coded arithmetically or ends early; browsers
 * do not notice damage within its data.
 *
 * @param options `files`: a `FileList` or an array of `File`; `preprocess` `'resize_and_crop'`, `load`
 *   286, `crop` 256, `flip` true, `direction` `'a-to-b'`, `channelsA` and `channelsB` 3, `alpha`
 *   `'drop'`, `bits` 8, `shuffle` true, `seed` 0, `onCorrupt` `'refuse'`, `prefetch` true.
 * @returns The data set; it holds no tensors, and those of a batch belong to the caller.
 * @throws GanKitError if an option is out of range or no file has the name of an image.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts no-run
 * import { loadBackend } from 'gan-kit';
 * import { pairedImages } from 'gan-kit/io';
 *
 * declare const input: { files: File[] }; // <input type="file" multiple>
 * await loadBackend();
 * const data = pairedImages({ files: input.files, seed: 1 });
 * const { a, b } = await data.batch(0, 1); // [1, 256, 256, 3] each
 * ```
 *
 * @see Isola et al. 2016, arXiv 1611.07004, section 6.2
 */
export function pairedImages(options: PairedImagesOptions): ImageDataSet<readonly string[]> {
  const where = 'pairedImages';
  const read = readOptions(where, options, { files: given<ArrayLike<ImageFile>>(), ...PAIRED_SET });
  const listing = imageFiles(where, 'files', read.files);
  return pairedSet(where, listing, decodeJPEGInBrowser, read);
}
