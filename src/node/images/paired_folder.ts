import { given } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { ImageDataSet } from '../../io/images/image_data_set.js';
import { PAIRED_SET, pairedSet } from '../../io/images/paired_set.js';
import type { PairedSetOptions } from '../../io/images/paired_set.js';
import { decodeJPEG } from './decode_jpeg.js';
import { imageFolder } from './image_folder.js';

/** Options of {@link pairedImages}. */
export interface PairedFolderOptions extends PairedSetOptions {
  /** The folder with the images; its subfolders are searched too. */
  folder: string;
}

/**
 * Makes a data set of paired images from a folder: each file contains A and B side by side, as in the data
 * sets of pix2pix.
 *
 * Both halves are resized to `load` (bicubic, as in PIL), cropped at the same place to `crop`, mirrored
 * together or not at all, and scaled to [−1, 1]. All random choices depend only on the seed and the number
 * of the sample, so that a resumed run can ask for batch k and continue as if it had never stopped. A
 * skipped file leaves the order, and all others come equally often; a resumed run must then read the files
 * of the first epoch once more.
 *
 * PNG and JPEG of up to 256 MiB of pixels, recognized by their content, with the same pixels as in PIL, bit
 * for bit (of 16-bit grey, which PIL clips, the upper 8 bits, unless `bits` says otherwise). Alpha is
 * dropped, unless `alpha` says otherwise, and the rotation of EXIF is not applied, both as in PIL. A file
 * that is damaged or truncated, or that is a JPEG in CMYK, with more than 8 bits or with arithmetic coding,
 * is refused by name or skipped; so are the PPM, BMP and TIFF files that the reference code reads. A JPEG
 * with stray bytes is read as by libjpeg and named in `warnings`.
 *
 * @param options `folder`, searched as in the reference code; `preprocess` `'resize_and_crop'`, `load` 286,
 *   `crop` 256, `flip` true, `direction` `'a-to-b'`, `channelsA` and `channelsB` 3, `alpha` `'drop'`, `bits`
 *   8, `shuffle` true, `seed` 0, `onCorrupt` `'refuse'`, `prefetch` true. For testing: `load` equal to
 *   `crop`, `flip` and `shuffle` false.
 * @returns The data set; it contains no tensors, and those of a batch are the caller's.
 * @throws GanKitError if an option is out of range or the folder contains no images.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { pairedImages, savePNG } from 'gan-kit/node';
 *
 * await loadBackend();
 * const data = Uint8Array.from({ length: 16 * 8 }, (_, i) => (i % 16 < 8 ? 0 : 255));
 * await savePNG('facades/train/1.png', { width: 16, height: 8, channels: 1, data });
 *
 * const facades = await pairedImages({ folder: 'facades/train', load: 8, crop: 4, seed: 1 });
 * const { a, b } = await facades.batch(0, 2);
 * console.log(facades.length, a.shape, a.dataId !== b.dataId); // → 1 [ 2, 4, 4, 3 ] true
 * ```
 *
 * @see Isola et al. 2016, arXiv 1611.07004, section 6.2
 */
export async function pairedImages(
  options: PairedFolderOptions,
): Promise<ImageDataSet<readonly string[]>> {
  const where = 'pairedImages';
  const read = readOptions(where, options, { folder: given<string>(), ...PAIRED_SET });
  const listing = await imageFolder(where, 'folder', read.folder);
  return pairedSet(where, listing, decodeJPEG, read);
}
