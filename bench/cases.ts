import { RandomStream } from '../src/internal/random.js';

/** A pass of a convolution: y itself, or the gradient in one of its two operands. */
export type Pass = 'forward' | 'input' | 'filter';

/** One pass of one convolution, padding 'same'. */
export interface ConvolutionCase {
  readonly kind: 'convolution';
  /** [batch, height, width, channels] */
  readonly x: readonly [number, number, number, number];
  /** [height, width, channels, outputs] */
  readonly filter: readonly [number, number, number, number];
  readonly stride: number;
  readonly pass: Pass;
}

/** One update of the discriminator and one of the generator, Adam, from equal weights. */
export interface StepCase {
  readonly kind: 'step';
  readonly system: 'dcgan-28';
  readonly batch: number;
  /** What the generator is given at the steps whose losses are compared: twice a step. */
  readonly latents: readonly (readonly number[])[];
}

export type Case = ConvolutionCase | StepCase;

/** Forward passes that a step is made of, each backward pass counted as the forward pass it equals. */
export interface Product {
  readonly convolution: ConvolutionCase;
  readonly times: number;
}

type Convolution = Omit<ConvolutionCase, 'kind' | 'pass'>;

/** Layers of a DCGAN, a ResNet and a CycleGAN. */
const CONVOLUTIONS: readonly Convolution[] = [
  { x: [16, 16, 16, 64], filter: [4, 4, 64, 128], stride: 2 },
  { x: [1, 64, 64, 64], filter: [3, 3, 64, 128], stride: 1 },
  { x: [1, 64, 64, 256], filter: [3, 3, 256, 256], stride: 1 },
  { x: [64, 28, 28, 1], filter: [5, 5, 1, 64], stride: 2 },
  { x: [64, 14, 14, 64], filter: [5, 5, 64, 128], stride: 2 },
  { x: [1, 32, 32, 256], filter: [3, 3, 256, 256], stride: 1 },
];

export const PASSES: readonly Pass[] = ['forward', 'input', 'filter'];

/** Every pass of every convolution, pass after pass. */
export const convolutionCases = (): ConvolutionCase[] =>
  CONVOLUTIONS.flatMap((convolution) =>
    PASSES.map((pass) => ({ kind: 'convolution' as const, ...convolution, pass })),
  );

const LATENTS = 100;

/** The steps, and what they cannot be faster than. */
export const stepCases = (): { name: string; step: StepCase; products: Product[] }[] => [
  { name: 'DCGAN-28, batch 64', step: dcgan28(64), products: productsOfDCGAN28(64) },
];

/** Three steps are compared; gan-kit draws the latent vectors of its own stream, others are given them. */
function dcgan28(batch: number): StepCase {
  const stream = new RandomStream(0, 'createGAN').fork('latents');
  const latents = Array.from({ length: 6 }, () => Array.from(stream.normalValues(batch * LATENTS)));
  return { kind: 'step', system: 'dcgan-28', batch, latents };
}

/**
 * D is run forward three times (real, fake, and for G), backward in its filters twice and in its inputs
 * three times, but not to the images of its own step; G forward twice, and backward once, but not to
 * the latent vectors.
 */
function productsOfDCGAN28(batch: number): Product[] {
  const forward = (
    x: ConvolutionCase['x'],
    filter: ConvolutionCase['filter'],
    stride: number,
    times: number,
  ): Product => ({
    convolution: { kind: 'convolution', x, filter, stride, pass: 'forward' },
    times,
  });
  return [
    forward([batch, 28, 28, 1], [5, 5, 1, 64], 2, 3 + 2 + 1 + (2 + 1 + 1)),
    forward([batch, 14, 14, 64], [5, 5, 64, 128], 2, 3 + 2 + 3 + (2 + 1 + 1)),
    forward([batch, 7, 7, 128], [5, 5, 128, 256], 1, 2 + 1 + 1),
    forward([1, 1, batch, LATENTS], [1, 1, LATENTS, 7 * 7 * 256], 1, 2 + 1),
    forward([1, 1, batch, 7 * 7 * 128], [1, 1, 7 * 7 * 128, 1], 1, 3 + 2 + 3),
  ];
}

/** What a convolution is called in the tables. */
export const convolutionName = ({ x, filter, stride }: Convolution): string =>
  `[${x.join()}]×[${filter.join()}]${stride === 1 ? '' : ` /${stride}`}`;

/**
 * Numbers between −scale and scale that every contender makes for itself, in any language: a hash of
 * seed and place.
 */
export function fill(size: number, seed: number, scale: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => {
    let h = (Math.imul(i, 0x9e3779b1) + Math.imul(seed, 0x85ebca6b)) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x7feb352d) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 0x846ca68b) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
    return (h / 2 ** 31 - 1) * scale;
  });
}
