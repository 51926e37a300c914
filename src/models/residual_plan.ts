import { fail } from '../internal/check.js';
import { checkBackend } from '../internal/check_backend.js';
import { boolean, integer, number, oneOf, seed, shape } from '../internal/option_kinds.js';
import { optional } from '../internal/read_options.js';
import type { OptionsOf, SchemaOf, SchemaRead } from '../internal/read_options.js';
import type { ImageShape } from './dcgan_plan.js';

/** The papers whose residual networks are made. */
export type ResidualForm = 'sn-gan' | 'wgan-gp';

/** What both residual networks have in common. */
export interface ResidualOptions {
  /** `[height, width, channels]`; height and width are both 32, 48, 64 or 128; default [32, 32, 3]. */
  imageShape?: ImageShape;
  /** Channels of the block next to the image; the default is that of the form and size. */
  filters?: number;
  /** `'sn-gan'` (arXiv 1802.05957; the default) or `'wgan-gp'` (arXiv 1704.00028). */
  form?: ResidualForm;
  /** Number of classes of a conditional network, 1 or more; by default the network takes no labels. */
  classes?: number;
  /** Whether every layer with weights is spectrally normalized. */
  spectralNorm?: boolean;
  /**
   * Height of the map behind which self-attention stands (SAGAN), after the first block that makes a map of it; there is
   * none if omitted. At 32×32 mimicry has it at 16 in the generator and at 8 in the discriminator, at 128×128 at 32.
   */
  attention?: number;
  /** Added to the variance by normalizations; default 2e-5 (Chainer's) for `'sn-gan'`, 1e-5 for `'wgan-gp'`. */
  epsilon?: number;
  /** Any integer from 0 on; default 0. */
  seed?: number;
  /** The model's name; default `'generator'` or `'discriminator'`. */
  name?: string;
}

/** Schema of the options that both networks have; those without a default here depend on the form. */
export const RESIDUAL: SchemaRead<Pick<ResidualOptions, 'imageShape' | 'form' | 'seed'>> &
  SchemaOf<
    Pick<ResidualOptions, 'filters' | 'classes' | 'spectralNorm' | 'attention' | 'epsilon'>
  > = {
  imageShape: shape<ImageShape>({ axes: ['height', 'width', 'channels'], default: [32, 32, 3] }),
  filters: optional(integer({ min: 1 })),
  form: oneOf(['sn-gan', 'wgan-gp'], { default: 'sn-gan' }),
  classes: optional(integer({ min: 1 })),
  spectralNorm: optional(boolean()),
  attention: optional(integer({ min: 1 })),
  epsilon: optional(number({ above: 0 })),
  seed: seed(),
};

type ReadResidual = OptionsOf<typeof RESIDUAL>;

/** The blocks of both networks for one size of image; widths are multiples of `filters`. */
export interface ResidualPlan {
  /** Height and width of the generator's first map. */
  readonly base: number;
  /** Widths of the generator's first map and of what each block makes; each block doubles the size. */
  readonly up: readonly number[];
  /** Default `filters` of the generator. */
  readonly generatorFilters: number;
  /** Widths of what each block of the discriminator makes. */
  readonly down: readonly number[];
  /** Number of blocks, from the first one on, that halve the size. */
  readonly halvings: number;
  /** Default `filters` of the discriminator. */
  readonly discriminatorFilters: number;
  /** Whether the first width of the discriminator is that of a convolution, not of a block. */
  readonly stem: boolean;
  /** Whether the first convolution of a block has a bias. */
  readonly hiddenBias: boolean;
  /** Gain of the generator's last convolution. */
  readonly outputGain: number;
}

const plan = (
  base: number,
  up: readonly number[],
  down: readonly number[],
  halvings: number,
): ResidualPlan => ({
  ...{ base, up, down, halvings, generatorFilters: 64, discriminatorFilters: 64 },
  ...{ stem: false, hiddenBias: true, outputGain: 1 },
});

/** Of SN-GAN's code; that of 48×48 is mimicry's. */
const SN_GAN: Readonly<Record<number, ResidualPlan>> = {
  32: {
    ...plan(4, [1, 1, 1, 1], [1, 1, 1, 1], 2),
    generatorFilters: 256,
    discriminatorFilters: 128,
  },
  48: plan(6, [8, 4, 2, 1], [1, 2, 4, 8, 16], 4),
  64: plan(4, [16, 8, 4, 2, 1], [1, 2, 4, 8, 16], 5),
  128: plan(4, [16, 16, 8, 4, 2, 1], [1, 2, 4, 8, 16, 16], 5),
};

/** Of WGAN-GP's code for 32×32 and 64×64; SN-GAN's otherwise, as in mimicry. */
const WGAN_GP: Readonly<Record<number, ResidualPlan>> = {
  ...SN_GAN,
  32: { ...SN_GAN[32]!, generatorFilters: 128 },
  64: {
    ...plan(4, [8, 8, 4, 2, 1], [1, 2, 4, 8, 8], 4),
    ...{ stem: true, hiddenBias: false, outputGain: Math.SQRT2 },
  },
};

const SIZES = Object.keys(SN_GAN).map(Number);

/** Returns the blocks for the form and size of the options. */
export function planResidual(where: string, { imageShape, form }: ReadResidual): ResidualPlan {
  checkBackend(where);
  const [height, width] = imageShape;
  const plan = (form === 'sn-gan' ? SN_GAN : WGAN_GP)[height];
  if (plan === undefined || width !== height)
    fail(
      'value',
      where,
      'imageShape',
      `[size, size, channels] with a size of ${SIZES.slice(0, -1).join(', ')} or ${SIZES.at(-1)!}`,
      imageShape,
    );
  return plan;
}

/** Returns the ε of normalizations. */
export const epsilonOf = ({ form, epsilon }: ReadResidual): number =>
  epsilon ?? (form === 'sn-gan' ? 2e-5 : 1e-5);
