import type { layers } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { checkBackend } from '../internal/check_backend.js';
import { boolean, integer, number, oneOf, shape } from '../internal/option_kinds.js';
import { optional } from '../internal/read_options.js';
import type { OptionsOf, SchemaOf, SchemaRead } from '../internal/read_options.js';
import { spectralNormalization } from '../layers/spectral/spectral_normalization.js';
import { INITIAL_WEIGHTS } from './initialize_weights.js';
import { normalizationLayers } from './normalization.js';
import type { Normalization } from './normalization.js';

type Layer = layers.Layer;

/** The height, width and channels of an image. */
export type ImageShape = readonly [number, number, number];

/** Options of both DCGAN networks. */
export interface DCGANOptions {
  /**
   * `[height, width, channels]`; height and width are 8 or more, and each is 4 to 7 times the same power of two
   * (28, 32, 48, 64, 128 …); default [64, 64, 3].
   */
  imageShape?: ImageShape;
  /**
   * f, the channels of the layer next to the image, 1 or more; they double with each layer away from it. Default 64,
   * and 128 for the paper's generator.
   */
  filters?: number;
  /**
   * The form of the network: `'paper'` (arXiv 1511.06434), or `'tutorial'`, the smaller one for 28×28 that many
   * courses teach, with slope 0.3, dropout 0.3 and one more transposed convolution. Default `'tutorial'` for 28×28,
   * else `'paper'`.
   */
  form?: 'paper' | 'tutorial';
  /** The height and width of each kernel, 2 or more; default 5, as in both sources (PyTorch's example has 4). */
  kernelSize?: number;
  /**
   * Whether the layers without normalization, at the image and at the logit, have a bias; default true
   * (PyTorch's example has none), false for the output of the tutorial's generator.
   */
  outerBias?: boolean;
  /** Whether every layer with weights is spectrally normalized; default false. */
  spectralNorm?: boolean;
  /** Slope of LeakyReLU for negative values, in [0, 1]; default 0.2 ('paper') or 0.3 ('tutorial'). */
  negativeSlope?: number;
  /** Standard deviation of the initial kernels, above 0; default 0.02. */
  stddev?: number;
  /** Any integer from 0 on; default 0. */
  seed?: number;
  /** The model's name; default `'generator'` or `'discriminator'`. */
  name?: string;
}

/** Schema of the options of both networks; those without a default here have one that depends on the form. */
export const DCGAN: SchemaRead<
  Pick<DCGANOptions, 'imageShape' | 'kernelSize' | 'spectralNorm' | 'stddev' | 'seed'>
> &
  SchemaOf<Pick<DCGANOptions, 'filters' | 'form' | 'outerBias' | 'negativeSlope'>> = {
  imageShape: shape<ImageShape>({ axes: ['height', 'width', 'channels'], default: [64, 64, 3] }),
  filters: optional(integer({ min: 1 })),
  form: optional(oneOf(['paper', 'tutorial'])),
  kernelSize: integer({ min: 2, default: 5 }),
  outerBias: optional(boolean()),
  spectralNorm: boolean({ default: false }),
  negativeSlope: optional(number({ min: 0, max: 1 })),
  ...INITIAL_WEIGHTS,
};

type ReadDCGAN = OptionsOf<typeof DCGAN>;

/** The common options with the defaults of the form, the size of the smallest layer, and the number of doublings. */
interface Plan extends ReadDCGAN {
  readonly base: readonly [number, number];
  readonly doublings: number;
  readonly form: 'paper' | 'tutorial';
  readonly filters: number;
  readonly outerBias: boolean;
  readonly negativeSlope: number;
}

/** Halves a size while it is even and above 7: 28 twice to 7, 64 four times to 4. */
function halvings(size: number): { base: number; doublings: number } {
  let doublings = 0;
  while (size > 7 && size % 2 === 0) {
    size /= 2;
    doublings++;
  }
  return { base: size, doublings };
}

/** Computes the sizes of the layers, and fills in the defaults that depend on the form. */
export function planDCGAN(where: string, read: ReadDCGAN): Plan {
  const { imageShape } = read;
  const [height, width] = imageShape;
  checkBackend(where);
  const rows = halvings(height);
  const columns = halvings(width);
  const fits = [rows, columns].every(
    ({ base, doublings }) => base >= 4 && base <= 7 && doublings >= 1,
  );
  if (!fits || rows.doublings !== columns.doublings)
    fail(
      'value',
      where,
      'imageShape',
      '[m·2ᵏ, n·2ᵏ, channels] with m and n from 4 to 7 and k >= 1',
      imageShape,
      'Sizes that fit: 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128 …',
    );
  const { form = height === 28 && width === 28 ? 'tutorial' : 'paper' } = read;
  const isPaper = form === 'paper';
  const { filters = isPaper && where === 'dcganGenerator' ? 128 : 64 } = read;
  const { negativeSlope = isPaper ? 0.2 : 0.3 } = read;
  const { outerBias = isPaper || where === 'dcganDiscriminator' } = read;
  const base = [rows.base, columns.base] as const;
  const { doublings } = rows;
  return { ...read, base, doublings, form, filters, outerBias, negativeSlope };
}

/** The effect of a normalization on a chain of layers. */
export interface Normalizer {
  /** Whether layers before the normalization have a bias: not before batch normalization, which has an offset. */
  readonly useBias: boolean;
  /** Wraps a layer with weights in spectral normalization, if the network has it. */
  readonly wrap: (layer: Layer) => Layer;
  /** Makes the layers that follow the layer of a name. */
  readonly after: (name: string) => Layer[];
}

/** Makes the normalizer of a network. */
export const normalizer = (
  normalization: Normalization,
  { spectralNorm, seed }: Pick<ReadDCGAN, 'spectralNorm' | 'seed'>,
): Normalizer => ({
  useBias: normalization !== 'batch',
  wrap: (layer: Layer): Layer =>
    spectralNorm ? spectralNormalization({ layer, seed, name: layer.name }) : layer,
  after: (name: string): Layer[] => normalizationLayers(normalization, name),
});
