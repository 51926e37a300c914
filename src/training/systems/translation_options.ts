import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';
import { boolean, given, number, seed } from '../../internal/option_kinds.js';
import type { SchemaOf, SchemaRead } from '../../internal/read_options.js';
import { checkImageSize } from '../../layers/image_size.js';
import type { PatchDiscriminatorOptions } from '../../models/patch_discriminator.js';
import type { ResnetGeneratorOptions } from '../../models/resnet_generator.js';
import type { TranslationShape } from '../../models/translation_plan.js';
import type { SystemOptions } from '../core/recipe.js';
import { SYSTEM_SCHEMA } from '../core/system_schema.js';

/** Options of a network besides those set by its system. */
export type BesideShapes<Options> = Omit<
  Options,
  'inputShape' | 'outputChannels' | 'outputShape' | 'seed'
>;

/** Options that the systems of image translation share. */
export interface TranslationSystemOptions extends SystemOptions {
  /**
   * Shape of input images, in {@link createCycleGAN} of domain A; networks not passed in are made for it. `null`
   * for a height or width that differs from batch to batch, and from A to B.
   */
  inputShape?: TranslationShape;
  /** Options of `patchDiscriminator` besides the shape; for pix2pix by default batch normalization. */
  discriminatorOptions?: BesideShapes<PatchDiscriminatorOptions>;
  /** Factor of a discriminator's adversarial loss; default 0.5. */
  discriminatorWeight?: number;
  /** Allows a penalty on a discriminator with batch normalization, which couples the samples; default false. */
  allowBatchNorm?: boolean;
  /** Seed of initial weights and of the pools; any integer from 0 on; default 0. */
  seed?: number;
}

/** The options that have a default. */
export type ReadTranslationOptions = Required<
  Pick<TranslationSystemOptions, 'discriminatorWeight' | 'allowBatchNorm' | 'seed'>
>;

/** Schema of the shared options. */
export const TRANSLATION_SCHEMA: SchemaOf<
  Omit<TranslationSystemOptions, keyof ReadTranslationOptions>
> &
  SchemaRead<ReadTranslationOptions> = {
  ...SYSTEM_SCHEMA,
  inputShape: given<TranslationShape | undefined>(),
  discriminatorOptions: given<TranslationSystemOptions['discriminatorOptions']>(),
  discriminatorWeight: number({ above: 0, default: 0.5 }),
  allowBatchNorm: boolean({ default: false }),
  seed: seed(),
};

/** Refuses images that do not fit the first of the networks, or whose size one of them cannot take. */
export function checkImages(
  where: string,
  parameter: string,
  images: Tensor,
  networks: readonly LayersModel[],
): void {
  checkTensor(where, parameter, images, { shape: networks[0]!.inputs[0]!.shape });
  for (const network of networks) checkImageSize(where, parameter, images, network);
}

/**
 * Refuses images whose size the generators change: those of free size do not keep every size.
 *
 * @param rule The rule for the size, and the words before the size that was made.
 */
export function checkSizeKept(
  where: string,
  parameter: string,
  rule: string,
  images: Tensor,
  made: Tensor,
): void {
  if (images.shape.slice(0, 3).join() === made.shape.slice(0, 3).join()) return;
  const note =
    'Generators of free size keep what they can halve evenly: resnetGenerator multiples of 4.';
  fail('shape', where, parameter, `${rule} [${made.shape.join(',')}]`, images, note);
}

/** Returns a generator's options for its output images; those of free size are as large as its input. */
export function imagesMade(
  where: string,
  from: TranslationShape,
  to: TranslationShape,
): Pick<ResnetGeneratorOptions, 'outputShape' | 'outputChannels'> {
  const isFree = [from, to].some((shape) => Array.isArray(shape) && shape.includes(null));
  if (!isFree) return { outputShape: to as readonly [number, number, number] };
  if (from.slice(0, 2).join() !== to.slice(0, 2).join())
    fail(
      'value',
      where,
      'outputShape',
      `of the height and width of inputShape, ${String(from[0])} and ${String(from[1])}, where one of them is null`,
      to,
      'A generator of free size makes images as large as those it is given; A and B may differ in size all the same.',
    );
  return { outputChannels: to[2] };
}
