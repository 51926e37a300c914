import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { given, integer, number } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import { nonSaturating } from '../../losses/non_saturating.js';
import { patchDiscriminator } from '../../models/patch_discriminator.js';
import type { UnetGeneratorOptions } from '../../models/unet_generator.js';
import { unetGenerator } from '../../models/unet_generator.js';
import type { AdjustableOptimizer, AdversarialLoss, Penalty } from '../../types.js';
import { checkNetworksGiven } from '../core/check_networks_given.js';
import { lossOf, optimizersOf } from '../core/system_schema.js';
import { checkCritic, checkModel, shapesFit } from '../step/check_system.js';
import type { Penalties } from '../step/check_system.js';
import { TRANSLATION_SCHEMA } from './translation_options.js';
import type {
  BesideShapes,
  ReadTranslationOptions,
  TranslationSystemOptions,
} from './translation_options.js';

/** Options of {@link createPix2Pix}: either shapes or custom networks. */
export interface Pix2PixOptions<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends TranslationSystemOptions {
  /** Channels of the generated images; default those of the input. */
  outputChannels?: number;
  /** Options of `unetGenerator` besides the shapes; its `downsamplings` must fit. */
  generatorOptions?: BesideShapes<UnetGeneratorOptions>;
  /** A custom generator. The caller keeps ownership. */
  generator?: LayersModel;
  /** A custom discriminator of pairs, the channels of the input before those of the output. */
  discriminator?: LayersModel;
  /** Default `nonSaturating()`, the "vanilla" loss of the code. */
  loss?: AdversarialLoss;
  /** λ of E|b − G(a)|, 0 or more; default 100. */
  lambdaL1?: number;
  /** Penalties of the discriminator, on pairs. */
  penalty?: Penalty | readonly Penalty[];
  /** Number of generated pairs held in the pool; default 0, none. */
  poolSize?: number;
  /** Default Adam(2e-4, β = (0.5, 0.999)) for both. */
  optimizers?: { readonly generator: G; readonly discriminator: D };
}

/** Options after defaults are filled in. */
export type ReadPix2PixOptions = Pix2PixOptions<Optimizer, Optimizer> &
  ReadTranslationOptions &
  Required<Pick<Pix2PixOptions, 'loss' | 'lambdaL1' | 'poolSize'>>;

/** Reads options; refuses those that do not define the networks or have no effect on given ones. */
export function readPix2PixOptions(
  where: string,
  options: Pix2PixOptions<Optimizer, Optimizer>,
): ReadPix2PixOptions {
  const read = readOptions(where, options, {
    ...TRANSLATION_SCHEMA,
    outputChannels: given<number | undefined>(),
    generatorOptions: given<Pix2PixOptions['generatorOptions']>(),
    generator: given<LayersModel | undefined>(),
    discriminator: given<LayersModel | undefined>(),
    loss: lossOf(() => nonSaturating()),
    lambdaL1: number({ min: 0, default: 100 }),
    penalty: given<Penalties>(),
    poolSize: integer({ min: 0, default: 0 }),
    optimizers: optimizersOf('generator', 'discriminator'),
  });
  checkNetworksGiven(where, read, 'generator', 'discriminator');
  return read as ReadPix2PixOptions;
}

/** Returns the networks given, and the paper's for the others. */
export function pix2pixNetworks(
  where: string,
  options: ReadPix2PixOptions,
): {
  generator: LayersModel;
  discriminator: LayersModel;
} {
  const { inputShape, generatorOptions, discriminatorOptions, seed } = options;
  const outputChannels = options.outputChannels ?? inputShape?.[2];
  const generator =
    options.generator ??
    unetGenerator({
      ...generatorOptions,
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
      ...(discriminatorOptions?.spectralNorm === true ? {} : { normalization: 'batch' }),
      ...discriminatorOptions,
      inputShape: [height!, width!, pair[3]!],
      seed: 2 * seed + 1,
    });
  checkModel(where, 'discriminator', discriminator);
  if (!shapesFit([null, height!, width!], made.slice(0, 3)))
    fail('shape', where, 'generator', 'a model that keeps the height and width of its input', made);
  const seen = discriminator.inputs[0]!.shape;
  if (!shapesFit(pair, seen))
    fail('shape', where, 'discriminator', `a model of pairs, [${pair.join(',')}]`, seen);
  const critic = ['discriminator', discriminator] as const;
  checkCritic(where, critic, ['penalty', options.penalty], options.allowBatchNorm);
  return { generator, discriminator };
}
