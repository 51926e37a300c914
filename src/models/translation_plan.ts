import type { SymbolicTensor, layers } from '@tensorflow/tfjs-layers';
import { integer, shape, string } from '../internal/option_kinds.js';
import { optional } from '../internal/read_options.js';
import type { Option, SchemaRead } from '../internal/read_options.js';
import { INITIAL_WEIGHTS } from './initialize_weights.js';
import type { Normalization } from './normalization.js';

/** The height, width and channels of images; `null` for a height or width that varies between batches. */
export type TranslationShape = readonly [
  height: number | null,
  width: number | null,
  channels: number,
];

/** Options of the networks of image translation. */
export interface TranslationOptions {
  /** `[height, width, channels]`; `null` for a height or width that varies between batches. */
  inputShape: TranslationShape;
  /** f, the channels of the layer next to the image, 1 or more; default 64. */
  filters?: number;
  /** The normalization: `'instance'` (without weights, as in CycleGAN), `'batch'` or `'none'`. */
  normalization?: Normalization;
  /** Standard deviation of the initial kernels and batch normalization scales, above 0; default 0.02. */
  stddev?: number;
  /** Any integer from 0 on; default 0. */
  seed?: number;
  /** The model's name; default `'generator'` or `'discriminator'`. */
  name?: string;
}

/** The names of an image's axes. */
export const AXES = ['height', 'width', 'channels'] as const;

/** Schema of the options that all networks have. */
export const TRANSLATION: SchemaRead<Omit<TranslationOptions, 'normalization' | 'name'>> = {
  inputShape: shape<TranslationShape>({ axes: AXES, free: 2 }),
  filters: integer({ min: 1, default: 64 }),
  ...INITIAL_WEIGHTS,
};

/** Schema of the options that all generators have. */
export const TRANSLATOR: SchemaRead<Omit<TranslationOptions, 'normalization'>> & {
  readonly outputChannels: Option<number | undefined>;
} = {
  ...TRANSLATION,
  outputChannels: optional(integer({ min: 1 })),
  name: string({ default: 'generator' }),
};

/** Applies layers one after the other. */
export const chain = (x: SymbolicTensor, links: readonly layers.Layer[]): SymbolicTensor =>
  links.reduce((x, layer) => layer.apply(x) as SymbolicTensor, x);
