import { given } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { ImageDataSet } from '../../io/images/image_data_set.js';
import { IMAGE_SET } from '../../io/images/image_set_options.js';
import type { ImageSetOptions } from '../../io/images/image_set_options.js';
import { unpairedSet } from '../../io/images/unpaired_set.js';
import type { UnpairedNames } from '../../io/images/unpaired_set.js';
import { decodeJPEG } from './decode_jpeg.js';
import { imageFolder } from './image_folder.js';

/** Options of {@link unpairedImages}. */
export interface UnpairedFolderOptions extends ImageSetOptions {
  /** The folder with the images of domain A; its subfolders are searched too. */
  folderA: string;
  /** The folder with the images of domain B, likewise. */
  folderB: string;
}

/**
 * Makes a data set of unpaired images from two folders, read as by {@link pairedImages}; the images of A
 * and B are cropped and mirrored independently.
 *
 * An epoch has as many samples as the larger domain. The files of A come in random order, or in order of
 * their paths if `shuffle` is false, and repeatedly if A is the smaller domain. A file of B is drawn at
 * random for each sample, or comes in order too if `shuffle` is false. Both are as in the CycleGAN code.
 * With `onCorrupt: 'skip'` the smaller domain has its own epochs, in which each file comes once. Files of up
 * to 256 MiB of pixels.
 *
 * @param options `folderA`, `folderB`; the others as for {@link pairedImages}, without `direction`.
 * @returns The data set; it contains no tensors, and those of a batch are the caller's.
 * @throws GanKitError if an option is out of range or a folder contains no images.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { savePNG, unpairedImages } from 'gan-kit/node';
 *
 * await loadBackend();
 * for (const [name, grey] of [['trainA/1', 0], ['trainA/2', 0], ['trainB/1', 255]] as const) {
 *   const data = new Uint8Array(64).fill(grey);
 *   await savePNG(`horse2zebra/${name}.png`, { width: 8, height: 8, channels: 1, data });
 * }
 * const data = await unpairedImages({
 *   folderA: 'horse2zebra/trainA',
 *   folderB: 'horse2zebra/trainB',
 *   load: 8,
 *   crop: 8,
 *   channelsB: 1,
 * });
 * const { a, b } = await data.batch(0);
 * console.log(data.length, a.shape, b.shape); // → 2 [ 1, 8, 8, 3 ] [ 1, 8, 8, 1 ]
 * ```
 *
 * @see Zhu et al. 2017, arXiv 1703.10593, section 4
 */
export async function unpairedImages(
  options: UnpairedFolderOptions,
): Promise<ImageDataSet<UnpairedNames>> {
  const where = 'unpairedImages';
  const read = readOptions(where, options, {
    folderA: given<string>(),
    folderB: given<string>(),
    ...IMAGE_SET,
  });
  const a = await imageFolder(where, 'folderA', read.folderA);
  const b = await imageFolder(where, 'folderB', read.folderB);
  return unpairedSet(where, { a, b }, decodeJPEG, read);
}
