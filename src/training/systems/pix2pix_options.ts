import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkBoolean, checkNumber, checkOptions, fail } from '../../internal/check.js';
import type { PatchDiscriminatorArgs } from '../../models/patch_discriminator.js';
import { patchDiscriminator } from '../../models/patch_discriminator.js';
import type { TranslationShape } from '../../models/translation_plan.js';
import type { UnetGeneratorArgs } from '../../models/unet_generator.js';
import { unetGenerator } from '../../models/unet_generator.js';
import type { AdjustableOptimizer, AdversarialLoss, Penalty } from '../../types.js';
import {
  checkLogits,
  checkLoss,
  checkModel,
  checkOptimizers,
  checkPenalties,
  shapesFit,
} from '../check_system.js';
import { checkSystemOptions } from '../core/check_system_options.js';
import type { SystemOptions } from '../core/recipe.js';

/** Options of {@link createPix2Pix}: either shapes, or networks of one's own. */
export interface Pix2PixOptions<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends SystemOptions {
  /**
   * Images that are given; networks that are not passed in are made for it. `null` for a height or width
   * that differs from batch to batch.
   */
  inputShape?: TranslationShape;
  /** Channels of the images that are made; default those of the input. */
  outputChannels?: number;
  /** What `unetGenerator` is given beside the shapes; its `downsamplings` must fit. */
  generatorArgs?: Omit<UnetGeneratorArgs, 'inputShape' | 'outputChannels' | 'seed'>;
  /** What `patchDiscriminator` is given beside the shape; default batch normalization. */
  discriminatorArgs?: Omit<PatchDiscriminatorArgs, 'inputShape' | 'seed'>;
  /** In place of the one that would be made. The caller keeps ownership. */
  generator?: LayersModel;
  /** Of pairs, the channels of the input before those of the output. */
  discriminator?: LayersModel;
  /** Default `nonSaturating()`, the "vanilla" loss of the code. */
  loss?: AdversarialLoss;
  /** What the adversarial loss of the discriminator is multiplied by; default 0.5, the paper's. */
  discriminatorWeight?: number;
  /** λ of E|b − G(a)|, 0 or more; default 100. */
  lambdaL1?: number;
  /** Of the discriminator, on pairs. */
  penalty?: Penalty | readonly Penalty[];
  /** Allows a penalty on a discriminator with batch normalization, which couples the samples. */
  allowBatchNorm?: boolean;
  /** How many generated pairs the pool holds; default 0, none. */
  poolSize?: number;
  /** Default Adam(2e-4, β = (0.5, 0.999)) for both. */
  optimizers?: { readonly generator: G; readonly discriminator: D };
  /** Of weights that are made, and of the pool; any integer from 0 on; default 0. */
  seed?: number;
}

const KEYS = [
  'inputShape',
  'outputChannels',
  'generatorArgs',
  'discriminatorArgs',
  'generator',
  'discriminator',
  'loss',
  'discriminatorWeight',
  'lambdaL1',
  'penalty',
  'allowBatchNorm',
  'poolSize',
  'optimizers',
  'powerIteration',
  'onNonFinite',
  'monitor',
  'seed',
] as const satisfies readonly (keyof Pix2PixOptions)[];

/** Refuses options that say nothing about the networks they belong to. */
export function checkPix2PixOptions(
  where: string,
  options: Pix2PixOptions<Optimizer, Optimizer>,
): void {
  checkOptions(where, options, KEYS);
  const { generator, discriminator, inputShape } = options ?? {};
  if (inputShape === undefined && (generator === undefined || discriminator === undefined))
    fail('value', where, 'inputShape', 'given where networks are to be made', inputShape);
  if (generator !== undefined && options.generatorArgs !== undefined)
    fail(
      'value',
      where,
      'generatorArgs',
      'left out where there is a generator',
      options.generatorArgs,
    );
  if (discriminator !== undefined && options.discriminatorArgs !== undefined)
    fail(
      'value',
      where,
      'discriminatorArgs',
      'left out where there is a discriminator',
      options.discriminatorArgs,
    );
  if (options.loss !== undefined) checkLoss(where, options.loss);
  checkNumber(where, 'discriminatorWeight', options.discriminatorWeight ?? 1, { above: 0 });
  checkNumber(where, 'lambdaL1', options.lambdaL1 ?? 100, { min: 0 });
  checkNumber(where, 'seed', options.seed ?? 0, { integer: true, min: 0 });
  checkSystemOptions(where, options);
  checkBoolean(where, 'allowBatchNorm', options.allowBatchNorm ?? false);
  checkOptimizers(where, options.optimizers, ['generator', 'discriminator']);
}

/** The networks that are given, and the paper's for the others. */
export function pix2pixNetworks(
  where: string,
  options: Pix2PixOptions<Optimizer, Optimizer>,
): {
  generator: LayersModel;
  discriminator: LayersModel;
} {
  const { inputShape, generatorArgs, discriminatorArgs, seed = 0 } = options;
  const outputChannels = options.outputChannels ?? inputShape?.[2];
  const generator =
    options.generator ??
    unetGenerator({
      ...generatorArgs,
      inputShape: inputShape!,
      outputChannels: outputChannels!,
      seed: 2 * seed,
    });
  checkModel(where, 'generator', generator);
  const [height, width, channels] = generator.inputs[0]!.shape.slice(1);
  const made = generator.outputs[0]!.shape;
  const pair = [null, height!, width!, channels! + made[3]!];
  const discriminator =
    options.discriminator ??
    patchDiscriminator({
      ...(discriminatorArgs?.spectralNorm === true ? {} : { normalization: 'batch' }),
      ...discriminatorArgs,
      inputShape: [height!, width!, pair[3]!],
      seed: 2 * seed + 1,
    });
  checkModel(where, 'discriminator', discriminator);
  checkLogits(where, 'discriminator', discriminator);
  if (!shapesFit([null, height!, width!], made.slice(0, 3)))
    fail('shape', where, 'generator', 'one whose images are as large as those it is given', made);
  const seen = discriminator.inputs[0]!.shape;
  if (!shapesFit(pair, seen))
    fail('shape', where, 'discriminator', `a model of pairs, [${pair.join(',')}]`, seen);
  checkPenalties(
    where,
    'penalty',
    options.penalty,
    ['discriminator', discriminator],
    options.allowBatchNorm === true,
  );
  return { generator, discriminator };
}
