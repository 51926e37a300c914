import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import { checkBackend } from '../../internal/check_backend.js';
import { custom, given, integer, interval } from '../../internal/option_kinds.js';
import { optional, readOptions } from '../../internal/read_options.js';
import { BadImage } from '../../io/images/bad_image.js';
import { withColours } from '../../io/images/colours.js';
import { imageDecoder } from '../../io/images/decode_image.js';
import { FILE_READING, channelsOption } from '../../io/images/image_set_options.js';
import { checkSides } from '../../io/images/image_sizes.js';
import type { ImageSource, OnCorrupt } from '../../io/images/image_sources.js';
import type { Picture } from '../../io/images/picture.js';
import { sidesOf } from '../../io/images/preparation.js';
import type { Sides } from '../../io/images/preparation.js';
import { checkBits, resized, whiteOf } from '../../io/images/prepare_image.js';
import { decodeJPEG } from './decode_jpeg.js';
import { imageFolder } from './image_folder.js';

/** Options of {@link folderImages}. */
export interface FolderImagesOptions {
  /** The folder with the images; its subfolders are searched too. */
  folder: string;
  /** Largest number of images in a batch; default 32. */
  batchSize?: number;
  /** Number of channels: 3, RGB, the default, or 1, grey. */
  channels?: 1 | 3;
  /**
   * The side of the square, or `[height, width]`, in pixels, to which each image is resized, bicubically;
   * default: images are not resized.
   */
  size?: number | readonly [height: number, width: number];
  /**
   * How to handle alpha: `'drop'`, the default, as in PIL; `'keep'` as an additional channel, opaque if a
   * file has none; `'white'` or `'black'`, the background over which the image is laid.
   */
  alpha?: 'drop' | 'keep' | 'white' | 'black';
  /**
   * Number of bits of a sample that are used: 8, the default; 9 to 16 keep the values of 16-bit files,
   * with 2^bits − 1 as white.
   */
  bits?: number;
  /** The values of a black and of a white pixel; default [−1, 1]. */
  range?: readonly [number, number];
  /** How to handle a file that is not an image: `'refuse'`, the default, or `'skip'`. */
  onCorrupt?: 'refuse' | 'skip';
}

/** The images of a folder, in batches. */
export interface FolderImages extends AsyncIterable<Tensor4D> {
  /** The paths of the files, in the order in which they are read. */
  readonly names: readonly string[];
  /** Numbers of other files by kind, such as `'.webp'`; these are not in `names`. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** The files that were skipped so far, by path, with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  /** The files that were read although something is wrong with them, by path, with a description. */
  readonly warnings: ReadonlyMap<string, string>;
}

/**
 * Lists the images of a folder, to read each of them once, in order of the paths and in batches, as
 * metrics need them.
 *
 * A batch contains images of one size; it ends early if the next image has another size. `byte` becomes
 * `low + (high − low) · byte / 255`. PNG and JPEG of up to 256 MiB of pixels; alpha is dropped, as in PIL,
 * unless `alpha` says otherwise.
 *
 * @param options `folder`; `batchSize` 32, `channels` 3, `range` [−1, 1], `alpha` `'drop'`, `bits` 8,
 *   `onCorrupt` `'refuse'` by default; `size`, in pixels.
 * @returns The images, for any number of iterations: [n, height, width, channels], float32, n up to
 *   `batchSize`. Each tensor is the caller's.
 * @throws GanKitError if an option is out of range or the folder contains no images; while iterating, if a
 *   file cannot be read, unless `onCorrupt` is `'skip'`.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { folderImages, savePNG } from 'gan-kit/node';
 *
 * await loadBackend();
 * for (const grey of [0, 51, 255]) {
 *   const data = new Uint8Array(16).fill(grey);
 *   await savePNG(`samples/${grey}.png`, { width: 4, height: 4, channels: 1, data });
 * }
 * const images = await folderImages({ folder: 'samples', batchSize: 2, range: [0, 1] });
 * const shapes: number[][] = [];
 * for await (const batch of images) {
 *   shapes.push(batch.shape);
 *   batch.dispose();
 * }
 * console.log(...shapes); // → [ 2, 4, 4, 3 ] [ 1, 4, 4, 3 ]
 * ```
 */
export async function folderImages(options: FolderImagesOptions): Promise<FolderImages> {
  const where = 'folderImages';
  const read = readOptions(where, options, {
    folder: given<string>(),
    batchSize: integer({ min: 1, default: 32 }),
    channels: channelsOption(),
    size: optional(custom<Sides>(checkSides)),
    range: interval({ default: [-1, 1] }),
    ...FILE_READING,
  });
  const { batchSize, channels, size, range, alpha, bits, onCorrupt } = read;
  const { sources, passedOver } = await imageFolder(where, 'folder', read.folder);
  const [skipped, warnings] = [new Map<string, string>(), new Map<string, string>()];
  const decode = imageDecoder(decodeJPEG, { deep: bits > 8, transparency: alpha !== 'drop' });
  const readImage = async (source: ImageSource): Promise<ReadImage> => {
    const image = await decode(await source.read());
    checkBits(image, bits);
    if (image.warning !== undefined) warnings.set(source.name, image.warning);
    const white = whiteOf(image.data, bits);
    const picture = withColours(image, channels, alpha, white);
    if (size === undefined) return { picture, white };
    const [height, width] = sidesOf(size);
    return { picture: resized(picture, { width, height }, white), white };
  };

  async function* batches(): AsyncGenerator<Tensor4D> {
    checkBackend('folderImages');
    let batch: ReadImage[] = [];
    for (const source of sources) {
      const image = await readImage(source).catch((error: unknown) => {
        passOver(source, error, onCorrupt, skipped);
      });
      if (image === undefined) continue;
      const first = batch[0]?.picture;
      const { width, height } = image.picture;
      const fits = first?.width === width && first.height === height;
      if (batch.length === batchSize || (first !== undefined && !fits)) {
        yield toTensor(batch, range);
        batch = [];
      }
      batch.push(image);
    }
    if (batch.length > 0) yield toTensor(batch, range);
  }
  const names = sources.map(({ name }) => name);
  return { names, passedOver, skipped, warnings, [Symbol.asyncIterator]: batches };
}

function passOver(
  source: ImageSource,
  error: unknown,
  onCorrupt: OnCorrupt,
  skipped: Map<string, string>,
): void {
  if (!(error instanceof BadImage)) throw error;
  if (onCorrupt === 'refuse')
    fail(
      'value',
      'folderImages',
      source.name,
      'an image that can be read',
      error.message,
      "Remove or repair the file, or pass onCorrupt: 'skip'.",
    );
  skipped.set(source.name, error.message);
}

/** A picture and the value of its white samples. */
interface ReadImage {
  readonly picture: Picture;
  readonly white: number;
}

/** Makes a batch of images of one size. */
function toTensor(images: readonly ReadImage[], range: readonly [number, number]): Tensor4D {
  const [low, high] = range;
  const { width, height, channels, data } = images[0]!.picture;
  const values = new Float32Array(images.length * data.length);
  images.forEach(({ picture, white }, n) => {
    picture.data.forEach((sample, i) => {
      const byte = Math.min(Math.max(sample, 0), white); // resized samples of 16 bits may exceed it
      values[n * data.length + i] = low + ((high - low) * byte) / white;
    });
  });
  return tensor4d(values, [images.length, height, width, channels]);
}
