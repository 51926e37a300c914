import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkNumber, checkOneOf, checkOptions, fail } from '../internal/check.js';
import { checkBackend } from '../internal/check_backend.js';
import type { RasterImage } from '../io/image_grid.js';
import { BadImage } from '../io/images/bad_image.js';
import { imageDecoder } from '../io/images/decode_image.js';
import type { ImageSource, OnCorrupt } from '../io/images/image_sources.js';
import { withChannels } from '../io/images/prepare_image.js';
import { resizeBicubic } from '../io/images/resize_bicubic.js';
import { decodeJPEG } from './decode_jpeg.js';
import { imageFolder } from './image_folder.js';

/** Options of {@link folderImages}. */
export interface FolderImagesOptions {
  /** The folder with the images, itself or in folders within. */
  folder: string;
  /** Most images of a batch; default 32. */
  batchSize?: number;
  /** 3, RGB, the default, or 1, grey. */
  channels?: 1 | 3;
  /** The side of the square to which each image is resized, bicubically; default: none is. */
  size?: number;
  /** The values of a black and of a white pixel; default [−1, 1]. */
  range?: readonly [number, number];
  /** What happens at a file that is no image: `'refuse'`, the default, or `'skip'`. */
  onCorrupt?: 'refuse' | 'skip';
}

/** The images of a folder. */
export interface FolderImages extends AsyncIterable<Tensor4D> {
  /** The paths of the files, in their order. */
  readonly names: readonly string[];
  /** How many other files there are, by kind, such as `'.webp'`: these were not listed. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** The files that were passed over so far, and why. */
  readonly skipped: ReadonlyMap<string, string>;
}

/**
 * Every image of a folder once, in order of the paths, batch by batch: what a metric reads.
 *
 * A batch holds images of one size: where the next is of another, it ends early. `byte` becomes
 * `low + (high − low) · byte / 255`. PNG and JPEG; alpha is dropped, as PIL does.
 *
 * @param options `folder`; `batchSize` 32, `channels` 3, `range` [−1, 1], `onCorrupt` `'refuse'` by
 *   default; `size`, in pixels.
 * @returns The images, to iterate over as often as you like: [n, height, width, channels], float32,
 *   n up to `batchSize`. Each tensor is the caller's.
 * @throws GanKitError if an option is out of range or the folder holds no images; while iterating, at
 *   a file that cannot be read, unless `onCorrupt` is `'skip'`.
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
  checkOptions(where, options, [
    ...['folder', 'batchSize', 'channels', 'size', 'range', 'onCorrupt'],
  ]);
  const { batchSize = 32, channels = 3, size, range = [-1, 1], onCorrupt = 'refuse' } = options;
  checkNumber(where, 'batchSize', batchSize, { integer: true, min: 1 });
  if (channels !== 1 && channels !== 3) fail('value', where, 'channels', '1 or 3', channels);
  if (size !== undefined) checkNumber(where, 'size', size, { integer: true, min: 1, max: 16384 });
  if (!Array.isArray(range) || range.length !== 2 || !range.every(Number.isFinite))
    fail('type', where, 'range', 'two finite numbers, [low, high]', range);
  checkOneOf(where, 'onCorrupt', onCorrupt, ['refuse', 'skip']);
  const { sources, passedOver } = await imageFolder(where, 'folder', options.folder);
  const skipped = new Map<string, string>();
  const decode = imageDecoder(decodeJPEG);
  const read = async (source: ImageSource) => {
    const image = withChannels(await decode(await source.read()), channels);
    return size === undefined ? image : resizeBicubic(image, size, size);
  };

  async function* batches(): AsyncGenerator<Tensor4D> {
    checkBackend('folderImages');
    let batch: RasterImage[] = [];
    for (const source of sources) {
      const image = await read(source).catch((error: unknown) => {
        passOver(source, error, onCorrupt, skipped);
      });
      if (image === undefined) continue;
      const [first] = batch;
      const fits = first?.width === image.width && first.height === image.height;
      if (batch.length === batchSize || (first !== undefined && !fits)) {
        yield toTensor(batch, range);
        batch = [];
      }
      batch.push(image);
    }
    if (batch.length > 0) yield toTensor(batch, range);
  }
  const names = sources.map(({ name }) => name);
  return { names, passedOver, skipped, [Symbol.asyncIterator]: batches };
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

/** Images of one size as a batch. */
function toTensor(images: readonly RasterImage[], range: readonly [number, number]): Tensor4D {
  const [low, high] = range;
  const { width, height, channels, data } = images[0]!;
  const values = new Float32Array(images.length * data.length);
  images.forEach((image, n) => {
    image.data.forEach((byte, i) => {
      values[n * data.length + i] = low + ((high - low) * byte) / 255;
    });
  });
  return tensor4d(values, [images.length, height, width, channels]);
}
