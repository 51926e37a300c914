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
 * await savePNG('runs/1/step_300.png', await imageGrid(samples));
 * ```
 */
export async function savePNG(path: string, image: RasterImage): Promise<void> {
  checkPath('savePNG', path);
  await writeFileAtomic(path, encodePNG(image));
}
