import { fail } from '../internal/check.js';
import { checkBackend } from '../internal/check_backend.js';
import { boolean, integer, seed, shape } from '../internal/option_kinds.js';
import type { OptionsOf, SchemaRead } from '../internal/read_options.js';
import type { ImageShape } from './dcgan_plan.js';

/** Options of both BEGAN networks. */
export interface BEGANNetworkOptions {
  /** `[size, size, channels]`; the size is a power of two, 16 or more; default [64, 64, 3]. */
  imageShape?: ImageShape;
  /** n, the channels of the layers at the image, 1 or more; default 128. */
  filters?: number;
  /** The length of the latent vector and of the autoencoder's code, 1 or more; default 64. */
  latentSize?: number;
  /**
   * Whether each doubled map of a decoder is joined by the first one, doubled as often, as in the paper; default
   * false, as in the reference code.
   */
  skips?: boolean;
  /** Any integer from 0 on; default 0. */
  seed?: number;
  /** The model's name; default `'generator'` or `'autoencoder'`. */
  name?: string;
}

/** The height and width of the innermost maps. */
export const INNERMOST = 8;

/** Schema of the options of both networks. */
export const BEGAN_NETWORK: SchemaRead<Omit<BEGANNetworkOptions, 'name'>> = {
  imageShape: shape<ImageShape>({ axes: ['height', 'width', 'channels'], default: [64, 64, 3] }),
  filters: integer({ min: 1, default: 128 }),
  latentSize: integer({ min: 1, default: 64 }),
  skips: boolean({ default: false }),
  seed: seed(),
};

/** The common options, and the number of sizes from the innermost map to the image. */
export interface BEGANPlan extends OptionsOf<typeof BEGAN_NETWORK> {
  readonly sizes: number;
}

/** Counts the sizes from 8×8 to that of the image; refuses an image that is not 8·2^k pixels high and wide. */
export function planBEGAN(where: string, read: OptionsOf<typeof BEGAN_NETWORK>): BEGANPlan {
  const { imageShape } = read;
  checkBackend(where);
  const [height, width] = imageShape;
  const doublings = Math.log2(height / INNERMOST);
  if (width !== height || !Number.isInteger(doublings) || doublings < 1)
    fail(
      'value',
      where,
      'imageShape',
      '[size, size, channels] with size a power of two, 16 or more',
      imageShape,
    );
  return { ...read, sizes: doublings + 1 };
}
