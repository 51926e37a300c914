import { given } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { ImageDataSet } from '../../io/images/image_data_set.js';
import { PAIRED_SET, pairedSet } from '../../io/images/paired_set.js';
import type { PairedSetOptions } from '../../io/images/paired_set.js';
import { decodeJPEG } from './decode_jpeg.js';
import { imageFolder } from './image_folder.js';

/** Options of {@link pairedImages}. */
export interface PairedFolderOptions extends PairedSetOptions {
  /** The folder with the images, itself or in folders within. */
  folder: string;
}

/**
 * Paired images from a folder: each file holds A and B side by side, as in the data sets of pix2pix.
 *
 * Both halves are resized to `load` (bicubic, as PIL does it), cropped at one place to `crop`, mirrored
 * together or not, and scaled to [−1, 1]. All that chance decides is a
 * function of the seed and the number of the sample, so a resumed run asks for batch k and goes on as
 * if it had never stopped. A file that is skipped leaves the order, and all others come equally often;
 * a run that resumes has then to look through the files of the first epoch once more.
 *
 * PNG and JPEG of up to 256 MiB of pixels, told apart by what is in them, with the pixels of PIL to
 * the last bit (of 16-bit grey, which PIL clips, the upper 8 bits, unless `bits` says otherwise). Alpha
 * is dropped, unless `alpha` says otherwise, and EXIF's rotation is not followed, both as in PIL. A file
 * that is damaged, ends early, or is a JPEG in CMYK, with more than 8 bits or coded arithmetically, is
 * refused by name or passed over; so are the PPM, BMP and TIFF files that the reference code reads. A
 * JPEG with stray bytes is read as by libjpeg and told of in `warnings`.
 *
 * @param options `folder`, searched as the reference code does; `preprocess` `'resize_and_crop'`,
 *   `load` 286, `crop` 256, `flip` true, `direction` `'a-to-b'`, `channelsA` and `channelsB` 3, `alpha`
 *   `'drop'`, `bits` 8, `shuffle` true, `seed` 0, `onCorrupt` `'refuse'`, `prefetch` true. For testing:
 *   `load` the same as `crop`, no `flip`, no `shuffle`.
 * @returns The data set; it holds no tensors, and those of a batch are the caller's.
 * @throws GanKitError if an option is out of range or the folder holds no images.
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
