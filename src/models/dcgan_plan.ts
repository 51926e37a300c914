import type { layers } from '@tensorflow/tfjs-layers';
import { checkBoolean, checkNumber, checkOneOf, fail } from '../internal/check.js';
import { checkBackend } from '../internal/check_backend.js';
import { batchNormalization } from '../layers/normalization/batch_normalization.js';
import { spectralNormalization } from '../layers/spectral/spectral_normalization.js';

type Layer = layers.Layer;

/** How the layers of a network are normalized. */
export type Normalization = 'none' | 'batch' | 'spectral';

/** Height, width and channels of an image. */
export type ImageShape = readonly [number, number, number];

/** What both DCGAN networks have in common. */
export interface DCGANOptions {
  /** `[height, width, channels]`; height and width are 4 to 7 times the same power of two, from 8 on (28, 32, 48, 64, 128 …). */
  imageShape?: ImageShape;
  /** Channels of the layer next to the image; they double towards the middle. */
  filters?: number;
  /**
   * `'paper'` (arXiv 1511.06434), or `'tutorial'`: the smaller form for 28×28 that many courses
   * teach, with slope 0.3, dropout 0.3 and one more transposed convolution. Default: `'tutorial'`
   * for 28×28, else `'paper'`.
   */
  form?: 'paper' | 'tutorial';
  /** Height and width of each kernel; default 5, as in both sources (PyTorch's example has 4). */
  kernelSize?: number;
  /**
   * Whether the layers that no normalization follows, at the image and at the logit, have a bias;
   * default true (PyTorch's example has none), false for the output of the tutorial's generator.
   */
  outerBias?: boolean;
  /** Slope of LeakyReLU where it is negative; default 0.2 ('paper') or 0.3 ('tutorial'). */
  negativeSlope?: number;
  /** Standard deviation of the initial kernels; default 0.02. */
  stddev?: number;
  /** Any integer from 0 on; default 0. */
  seed?: number;
  /** The model's name. */
  name?: string;
}

export const COMMON: readonly string[] = [
  'imageShape',
  'filters',
  'form',
  'kernelSize',
  'outerBias',
  'negativeSlope',
  'stddev',
  'seed',
  'name',
  'normalization',
];

/** What both networks of a pair agree on. */
export interface Plan {
  readonly imageShape: ImageShape;
  readonly base: readonly [number, number];
  readonly doublings: number;
  readonly form: 'paper' | 'tutorial';
  readonly filters: number;
  readonly kernelSize: number;
  readonly outerBias: boolean;
  readonly negativeSlope: number;
  readonly stddev: number;
  readonly seed: number;
}

/** Halves a size until 7 or less is left: 28 → 7 twice, 64 → 4 four times. */
function halvings(size: number): { base: number; doublings: number } {
  let doublings = 0;
  while (size > 7 && size % 2 === 0) {
    size /= 2;
    doublings++;
  }
  return { base: size, doublings };
}

/** Checks the common options and lays out the resolutions. */
export function planDCGAN(where: string, args: DCGANOptions): Plan {
  const { imageShape = [64, 64, 3] as const, kernelSize = 5, stddev = 0.02, seed = 0 } = args;
  if (!Array.isArray(imageShape) || imageShape.length !== 3)
    fail('shape', where, 'imageShape', '[height, width, channels]', imageShape);
  imageShape.forEach((size) => checkNumber(where, 'imageShape', size, { integer: true, min: 1 }));
  const [height, width, channels] = imageShape as ImageShape;
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
      'of a height and width that are 4 to 7 times the same power of two, from 8 on',
      [height, width, channels],
      'Sizes that fit: 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128 …',
    );
  const form = args.form ?? (height === 28 && width === 28 ? 'tutorial' : 'paper');
  checkOneOf(where, 'form', form, ['paper', 'tutorial']);
  const filters = args.filters ?? (form === 'paper' && where === 'dcganGenerator' ? 128 : 64);
  const negativeSlope = args.negativeSlope ?? (form === 'paper' ? 0.2 : 0.3);
  const outerBias = args.outerBias ?? (form === 'paper' || where === 'dcganDiscriminator');
  checkBoolean(where, 'outerBias', outerBias);
  checkNumber(where, 'filters', filters, { integer: true, min: 1 });
  checkNumber(where, 'kernelSize', kernelSize, { integer: true, min: 2 });
  checkNumber(where, 'negativeSlope', negativeSlope, { min: 0, max: 1 });
  checkNumber(where, 'stddev', stddev, { above: 0 });
  checkNumber(where, 'seed', seed, { integer: true, min: 0 });
  const base = [rows.base, columns.base] as const;
  return {
    imageShape: [height, width, channels],
    base,
    doublings: rows.doublings,
    form,
    filters,
    kernelSize,
    outerBias,
    negativeSlope,
    stddev,
    seed,
  };
}

/** How a normalization enters a chain of layers. */
export interface Normalizer {
  /** False where the normalization has an offset of its own, as batch normalization has. */
  readonly useBias: boolean;
  /** Wraps a layer with weights as the normalization asks. */
  readonly wrap: (layer: Layer) => Layer;
  /** The layers that follow one with weights. */
  readonly after: (name: string) => Layer[];
}

/** The normalizer that a word names. */
export const normalizer = (normalization: Normalization, seed: number): Normalizer => ({
  useBias: normalization !== 'batch',
  wrap: (layer: Layer): Layer =>
    normalization === 'spectral' ? spectralNormalization({ layer, seed, name: layer.name }) : layer,
  after: (name: string): Layer[] =>
    normalization === 'batch' ? [batchNormalization({ name })] : [],
});
