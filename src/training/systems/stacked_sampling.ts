import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor, fail } from '../../internal/check.js';
import { given, integer } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import { optional, readOptions } from '../../internal/read_options.js';
import { installKernels } from '../../kernels/install.js';
import { checkConditions } from '../core/conditions.js';
import { generate } from '../core/generate.js';
import { drawLatents } from '../latents.js';
import type { ReadStackedGANOptions } from './stacked_gan_options.js';

/** What samples of a stack are drawn from. */
export interface StackDraws {
  /** z_0, z_1, … in the order of the levels, `[count, latentSize]` each; drawn from `seed` if omitted. */
  readonly latents?: readonly Tensor[];
  /** Any integer from 0 on; default 0. Omitted if there are latents. */
  readonly seed?: number;
}

/** The input of {@link StackedGAN.generate}; there is one z for each level. */
export interface StackedGANInput extends StackDraws {
  /** Labels, one row for each sample. */
  readonly condition: Tensor;
}

/** The input of {@link StackedGAN.reconstruct}; there is one z for each level below k. */
export interface StackedReconstruction extends StackDraws {
  /** Images as the encoder takes them. */
  readonly images: Tensor;
  /** The k of h_k, from 1 to N − 1; default 1. */
  readonly level?: number;
}

type Stack = Pick<ReadStackedGANOptions, 'levels' | 'latentSizes' | 'latents' | 'stack'>;

const DRAWS = {
  latents: given<readonly Tensor[] | undefined>(),
  seed: optional(integer({ min: 0 })),
};

/** Makes samples of labels from the top of a stack down. */
export function generateFromLabels(where: string, stack: Stack, input: StackedGANInput): Tensor {
  const { condition, latents, seed } = readOptions(where, input, {
    condition: given<Tensor>(),
    ...DRAWS,
  });
  const { levels } = stack;
  checkTensor(where, 'condition', condition, { minRank: 1, dtype: 'any' });
  checkConditions(where, 'condition', [condition], [levels.at(-1)!.generator], condition.shape[0]);
  return descend(where, stack, levels.length, condition, { latents, seed });
}

/** Makes images from features of others. */
export function generateFromImages(
  where: string,
  stack: Stack,
  input: StackedReconstruction,
): Tensor {
  const { images, level, latents, seed } = readOptions(where, input, {
    images: given<Tensor>(),
    level: integer({ min: 1, max: stack.levels.length - 1, default: 1 }),
    ...DRAWS,
  });
  checkTensor(where, 'images', images, { shape: stack.stack.shapeOf(0) });
  installKernels();
  return tidy(() => {
    const h = stack.stack.featuresOf(images)[level]!;
    return descend(where, stack, level, h, { latents, seed });
  });
}

/** Runs the lowest `count` generators, the highest of them first, at inference. */
function descend(
  where: string,
  stack: Stack,
  count: number,
  condition: Tensor,
  { latents, seed }: { readonly [Key in keyof StackDraws]: StackDraws[Key] | undefined },
): Tensor {
  const rows = condition.shape[0];
  const sizes = stack.latentSizes.slice(0, count);
  if (latents !== undefined) checkLatents(where, latents, rows, sizes);
  if (latents !== undefined && seed !== undefined)
    fail('value', where, 'seed', 'omitted if there are latents', seed);
  return tidy(() => {
    const stream = new RandomStream(seed ?? 0);
    const zs = latents ?? sizes.map((size) => drawLatents(stream, [rows, size], stack.latents));
    return zs.reduceRight(
      (h, z, i) => generate(where, stack.levels[i]!.generator, { latents: z, condition: h }),
      condition,
    );
  });
}

/** Refuses anything but one tensor of each size. */
function checkLatents(
  where: string,
  latents: readonly Tensor[],
  rows: number,
  sizes: readonly number[],
): void {
  const list: unknown = latents;
  if (!Array.isArray(list) || list.length !== sizes.length)
    fail('value', where, 'latents', `an array of ${sizes.length}, one for each level`, list);
  list.forEach((z, i) => checkTensor(where, `latents[${i}]`, z, { shape: [rows, sizes[i]!] }));
}
