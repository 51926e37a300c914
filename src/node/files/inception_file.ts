import { readFile } from 'node:fs/promises';
import { inceptionFeatures } from '../../metrics/inception/inception_features.js';
import type {
  InceptionFeatures,
  InceptionFeaturesOptions,
} from '../../metrics/inception/inception_features.js';
import { checkPath } from './atomic_file.js';

/**
 * Loads the network of `inceptionFeatures` with the weights of a file.
 *
 * @param path `weights-inception-2015-12-05-6726825d.pth`, or a .safetensors file of the same tensors.
 * @param options Those of `inceptionFeatures`: `pixels`, which has no default, `quantize`, `batchSize`.
 * @returns The network; the caller disposes of it.
 * @throws GanKitError as `inceptionFeatures` does; the file system's own errors as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts no-run
 * import { loadBackend } from 'gan-kit';
 * import { loadInceptionFeatures } from 'gan-kit/node';
 *
 * await loadBackend();
 * const path = 'weights-inception-2015-12-05-6726825d.pth';
 * const inception = await loadInceptionFeatures(path, { pixels: 'bytes' });
 * console.log(inception.name); // inception-v3-2015
 * ```
 */
export async function loadInceptionFeatures(
  path: string,
  options: Omit<InceptionFeaturesOptions, 'weights'>,
): Promise<InceptionFeatures> {
  checkPath('loadInceptionFeatures', path);
  return inceptionFeatures({ ...options, weights: await readFile(path) });
}
