import { readFile } from 'node:fs/promises';
import { readOptions } from '../../internal/read_options.js';
import { LPIPS_NETWORK, lpipsNetwork } from '../../metrics/similarity/lpips_network.js';
import type { LPIPSNetwork, LPIPSNetworkOptions } from '../../metrics/similarity/lpips_network.js';
import { pathOption } from './atomic_file.js';

/** Options of {@link loadLPIPSNetwork}: those of `lpipsNetwork`, with paths in place of bytes. */
export interface LPIPSFiles extends Omit<LPIPSNetworkOptions, 'backbone' | 'linear'> {
  /** The path of torchvision's weights: `alexnet-owt-7be5be79.pth`, `vgg16-397923af.pth`. */
  backbone: string;
  /** The path of lpips' linear layers: `alex.pth` or `vgg.pth`. */
  linear: string;
}

/**
 * Loads the network of `lpipsNetwork` with the weights of files.
 *
 * @param options `network`, `backbone` and `linear`; `range` and `batchSize`.
 * @returns The network; the caller disposes of it.
 * @throws GanKitError as `lpipsNetwork` does; the file system's own errors as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts no-run
 * import { loadBackend } from 'gan-kit';
 * import { loadLPIPSNetwork } from 'gan-kit/node';
 *
 * await loadBackend();
 * const lpips = await loadLPIPSNetwork({
 *   network: 'alex',
 *   backbone: 'alexnet-owt-7be5be79.pth',
 *   linear: 'lpips/weights/v0.1/alex.pth',
 * });
 * console.log(lpips.name); // alex
 * ```
 */
export async function loadLPIPSNetwork(options: LPIPSFiles): Promise<LPIPSNetwork> {
  const where = 'loadLPIPSNetwork';
  const { backbone, linear, ...rest } = readOptions(where, options, {
    ...LPIPS_NETWORK,
    backbone: pathOption(),
    linear: pathOption(),
  });
  const files = { backbone: await readFile(backbone), linear: await readFile(linear) };
  return lpipsNetwork({ ...rest, ...files });
}
