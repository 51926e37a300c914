import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkTensor, fail } from '../internal/check.js';
import { integer, interval } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';

/** A picture of 8-bit samples, row by row from the top, with the channels of a pixel next to each other. */
export interface RasterImage {
  readonly width: number;
  readonly height: number;
  /** The number of channels: 1 for grey, 2 for grey with alpha, 3 for RGB, 4 for RGB with alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Uint8Array;
}

/** Options of {@link imageGrid}. */
export interface ImageGridOptions {
  /** The number of images in a row; default ⌈√batch⌉. */
  readonly columns?: number;
  /** The number of pixels between two images, not scaled; default 2. */
  readonly gap?: number;
  /** The side of the square that each pixel becomes; default 1. */
  readonly scale?: number;
  /** The values that become 0 and 255; default [-1, 1]. */
  readonly range?: readonly [number, number];
  /** The grey of gaps and empty places, 0 to 255; default 0. */
  readonly background?: number;
}

const MAX_BYTES = 2 ** 28;

/**
 * Arranges a batch of images in one picture, row by row.
 *
 * byte = round(255 · (x − low) / (high − low)), clamped to [0, 255]; NaN becomes 0.
 *
 * @param images A batch of shape [batch, height, width, 1 or 3], with values in `range`.
 * @param options The layout; see {@link ImageGridOptions}.
 * @returns The picture, with as many channels as the images.
 * @throws GanKitError if the batch is empty, the images do not have 1 or 3 channels, the picture exceeds 256 MiB,
 *   or an option is out of range.
 *
 * **Differentiable:** no; it reads the tensor back, without blocking.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import type { Tensor4D } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { imageGrid } from 'gan-kit/io';
 *
 * await loadBackend();
 * const samples: Tensor4D = zeros([16, 28, 28, 1]);
 * const grid = await imageGrid(samples, { columns: 8, gap: 2 });
 * console.log(grid.width, grid.height, grid.channels); // → 238 58 1
 * ```
 */
export async function imageGrid(
  images: Tensor4D,
  options: ImageGridOptions = {},
): Promise<RasterImage> {
  const where = 'imageGrid';
  checkTensor(where, 'images', images, { rank: 4 });
  const [batch, rows, columnsOfOne, channels] = images.shape;
  if (images.size === 0) fail('shape', where, 'images', 'at least one image', images);
  if (channels !== 1 && channels !== 3)
    fail(
      'shape',
      where,
      'images',
      'of 1 or 3 channels',
      images,
      'The layout is [batch, height, width, channels].',
    );
  const { columns, gap, scale, range, background } = readOptions(where, options, {
    columns: integer({ min: 1, default: Math.ceil(Math.sqrt(batch)) }),
    gap: integer({ min: 0, default: 2 }),
    scale: integer({ min: 1, default: 1 }),
    range: interval({ default: [-1, 1] }),
    background: integer({ min: 0, max: 255, default: 0 }),
  });
  const [low, high] = range;

  const across = Math.min(columns, batch);
  const down = Math.ceil(batch / columns);
  const width = across * (columnsOfOne * scale + gap) - gap;
  const height = down * (rows * scale + gap) - gap;
  if (width * height * channels > MAX_BYTES)
    fail(
      'value',
      where,
      'scale',
      `small enough for a picture of ${MAX_BYTES} bytes`,
      `${width} × ${height} × ${channels}`,
    );

  const values = await images.data<'float32'>();
  const pixels = new Uint8ClampedArray(values.length); // rounds and clamps
  for (let i = 0; i < values.length; i++) pixels[i] = (255 * (values[i]! - low)) / (high - low);

  const data = new Uint8Array(width * height * channels).fill(background);
  for (let image = 0; image < batch; image++) {
    const left = (image % columns) * (columnsOfOne * scale + gap);
    const top = Math.floor(image / columns) * (rows * scale + gap);
    for (let y = 0; y < rows * scale; y++)
      for (let x = 0; x < columnsOfOne * scale; x++) {
        const from =
          ((image * rows + Math.floor(y / scale)) * columnsOfOne + Math.floor(x / scale)) *
          channels;
        const to = ((top + y) * width + left + x) * channels;
        for (let channel = 0; channel < channels; channel++)
          data[to + channel] = pixels[from + channel]!;
      }
  }
  return { width, height, channels, data };
}
