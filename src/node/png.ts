import { encodePNG } from '../io/png.js';
import type { RasterImage } from '../io/png.js';
import { checkPath, writeFileAtomic } from './atomic_file.js';

/**
 * Writes an image as a PNG file, atomically.
 *
 * @param path the file; missing folders are made.
 * @param image pixels, for example from `imageGrid`.
 * @throws GanKitError for a bad argument; the file system's own errors as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import type { Tensor4D } from '@tensorflow/tfjs-core';
 * import { imageGrid } from 'gan-kit/io';
 * import { savePNG } from 'gan-kit/node';
 *
 * const samples: Tensor4D = zeros([16, 28, 28, 1]);
 * await savePNG('runs/1/step_300.png', await imageGrid(samples));
 * ```
 */
export async function savePNG(path: string, image: RasterImage): Promise<void> {
  checkPath('savePNG', path);
  await writeFileAtomic(path, encodePNG(image));
}
