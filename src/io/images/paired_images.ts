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
  /** A user's files; those are taken that are named as images. */
  files: ArrayLike<ImageFile>;
}

/**
 * Paired images from a user's files, for pages and workers: each file holds A and B side by side, as
 * in the data sets of pix2pix.
 *
 * Both halves are resized to `load` (bicubic, as PIL does it), cropped at one place to `crop`, mirrored
 * together or not, and scaled to [−1, 1]. All that chance decides is a
 * function of the seed and the number of the sample. A file that is skipped leaves the order, and all
 * others come equally often.
 *
 * PNG and JPEG of up to 256 MiB of pixels, told apart by what is in them; of a JPEG a page holds four
 * channels. Alpha is dropped, unless `alpha` says otherwise, and EXIF's rotation is not followed, both as
 * in PIL. A JPEG in CMYK, with more than 8 bits or coded arithmetically is refused, as is a file that
 * ends early; damage within a JPEG's data is not noticed by browsers.
 *
 * @param options `files`: a `FileList` or an array of `File`; `preprocess` `'resize_and_crop'`, `load`
 *   286, `crop` 256, `flip` true, `direction` `'a-to-b'`, `channelsA` and `channelsB` 3, `alpha`
 *   `'drop'`, `bits` 8, `shuffle` true, `seed` 0, `onCorrupt` `'refuse'`, `prefetch` true.
 * @returns The data set; it holds no tensors, and those of a batch are the caller's.
 * @throws GanKitError if an option is out of range or no file is named as an image.
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
