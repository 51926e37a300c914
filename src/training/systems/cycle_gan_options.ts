import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkBoolean, checkNumber, checkOptions, fail } from '../../internal/check.js';
import type { PatchDiscriminatorArgs } from '../../models/patch_discriminator.js';
import type { ResnetGeneratorArgs } from '../../models/resnet_generator.js';
import type { TranslationShape } from '../../models/translation_plan.js';
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

/** Options of {@link createCycleGAN}: either shapes, or networks of one's own. */
export interface CycleGANOptions<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends SystemOptions {
  /**
   * Images of domain A; networks that are not given are made for it. `null` for a height or width that
   * differs from batch to batch, also between A and B.
   */
  inputShape?: TranslationShape;
  /** Images of domain B; default those of A. Where A has `null`, so has B. */
  outputShape?: TranslationShape;
  /** What `resnetGenerator` is given beside the shapes, for both generators. */
  generatorArgs?: Omit<
    ResnetGeneratorArgs,
    'inputShape' | 'outputChannels' | 'outputShape' | 'seed'
  >;
  /** What `patchDiscriminator` is given beside the shape, for both discriminators. */
  discriminatorArgs?: Omit<PatchDiscriminatorArgs, 'inputShape' | 'seed'>;
  /** A → B and B → A, in place of those that would be made. The caller keeps ownership. */
  generators?: { readonly ab: LayersModel; readonly ba: LayersModel };
  /** Of images of A and of images of B, in place of those that would be made. */
  discriminators?: { readonly a: LayersModel; readonly b: LayersModel };
  /** Default `leastSquares({ scale: 1 })`, the code's. */
  loss?: AdversarialLoss;
  /** What the adversarial loss of a discriminator is multiplied by; default 0.5, the code's. */
  discriminatorWeight?: number;
  /** λ of |F(G(a)) − a| and of |G(F(b)) − b|, 0 or more; default 10 for both. */
  lambdaCycle?: number | { readonly a: number; readonly b: number };
  /**
   * Of the identity loss, as a part of `lambdaCycle`, 0 or more; default 0.5 where both domains have one
   * shape, and 0 where it cannot be.
   */
  lambdaIdentity?: number;
  /** Penalties of each discriminator, as WCycleGAN-GP has; each draws for itself, so two of them. */
  penalties?: {
    readonly a: Penalty | readonly Penalty[] | undefined;
    readonly b: Penalty | readonly Penalty[] | undefined;
  };
  /** Allows a penalty on a discriminator with batch normalization, which couples the samples. */
  allowBatchNorm?: boolean;
  /** Discriminator steps for each step of the generators; default 1. */
  criticSteps?: number;
  /** How many generated images of each domain the pool holds; default 50, 0 for none. */
  poolSize?: number;
  /** One for both generators, one for both discriminators; default Adam(2e-4, β = (0.5, 0.999)). */
  optimizers?: { readonly generators: G; readonly discriminators: D };
  /** Of weights that are made, and of the pools; any integer from 0 on; default 0. */
  seed?: number;
}

const KEYS = [
  'inputShape',
  'outputShape',
  'generatorArgs',
  'discriminatorArgs',
  'generators',
  'discriminators',
  'loss',
  'discriminatorWeight',
  'lambdaCycle',
  'lambdaIdentity',
  'penalties',
  'allowBatchNorm',
  'criticSteps',
  'poolSize',
  'optimizers',
  'powerIteration',
  'onNonFinite',
  'monitor',
  'seed',
] as const satisfies readonly (keyof CycleGANOptions)[];

/** Refuses options that say nothing about the networks they belong to. */
export function checkCycleGANOptions(
  where: string,
  options: CycleGANOptions<Optimizer, Optimizer>,
): void {
  checkOptions(where, options, KEYS);
  const { generators, discriminators, inputShape } = options ?? {};
  if (inputShape === undefined && (generators === undefined || discriminators === undefined))
    fail('value', where, 'inputShape', 'given where networks are to be made', inputShape);
  checkFreeSizes(where, options);
  if (generators !== undefined && options.generatorArgs !== undefined)
    fail(
      'value',
      where,
      'generatorArgs',
      'left out where there are generators',
      options.generatorArgs,
    );
  if (discriminators !== undefined && options.discriminatorArgs !== undefined)
    fail(
      'value',
      where,
      'discriminatorArgs',
      'left out where there are discriminators',
      options.discriminatorArgs,
    );
  if (options.loss !== undefined) checkLoss(where, options.loss);
  checkNumber(where, 'discriminatorWeight', options.discriminatorWeight ?? 1, { above: 0 });
  const { lambdaCycle = 10 } = options;
  const lambdas =
    typeof lambdaCycle === 'object' ? lambdaCycle : { a: lambdaCycle, b: lambdaCycle };
  checkNumber(where, 'lambdaCycle', lambdas?.a, { min: 0 });
  checkNumber(where, 'lambdaCycle', lambdas.b, { min: 0 });
  checkNumber(where, 'lambdaIdentity', options.lambdaIdentity ?? 0, { min: 0 });
  checkNumber(where, 'criticSteps', options.criticSteps ?? 1, { integer: true, min: 1 });
  checkNumber(where, 'seed', options.seed ?? 0, { integer: true, min: 0 });
  checkSystemOptions(where, options);
  checkBoolean(where, 'allowBatchNorm', options.allowBatchNorm ?? false);
  checkOptimizers(where, options.optimizers, ['generators', 'discriminators']);
}

/** Refuses a size that is free in one domain and fixed in the other. */
function checkFreeSizes(
  where: string,
  { inputShape, outputShape, generators }: CycleGANOptions<Optimizer, Optimizer>,
): void {
  if (generators !== undefined || !Array.isArray(inputShape) || !Array.isArray(outputShape)) return;
  const free = [inputShape, outputShape].some((shape) => shape.slice(0, 2).includes(null));
  if (free && inputShape.slice(0, 2).join() !== outputShape.slice(0, 2).join())
    fail(
      'value',
      where,
      'outputShape',
      `of the height and width of inputShape, ${String(inputShape[0])} and ${String(inputShape[1])}, where one of them is null`,
      outputShape,
      'A generator of free size makes images as large as those it is given; A and B may differ in size all the same.',
    );
}

/** The four networks. */
export interface CycleNetworks {
  readonly generatorAB: LayersModel;
  readonly generatorBA: LayersModel;
  readonly discriminatorA: LayersModel;
  readonly discriminatorB: LayersModel;
}

/** Refuses networks that do not make a cycle. */
export function checkCycle(
  where: string,
  networks: CycleNetworks,
  options: CycleGANOptions<Optimizer, Optimizer>,
): void {
  const { generatorAB, generatorBA, discriminatorA, discriminatorB } = networks;
  checkModel(where, 'generators.ab', generatorAB);
  checkModel(where, 'generators.ba', generatorBA);
  checkModel(where, 'discriminators.a', discriminatorA);
  checkModel(where, 'discriminators.b', discriminatorB);
  checkLogits(where, 'discriminators.a', discriminatorA);
  checkLogits(where, 'discriminators.b', discriminatorB);
  const fits = (parameter: string, model: LayersModel, maker: LayersModel, made: string) => {
    const [takes, gives] = [model.inputs[0]!.shape, maker.outputs[0]!.shape];
    if (!shapesFit(gives, takes))
      fail('shape', where, parameter, `a model for ${made}, [${gives.join(',')}]`, takes);
  };
  fits('generators.ba', generatorBA, generatorAB, 'what generators.ab makes');
  fits('generators.ab', generatorAB, generatorBA, 'what generators.ba makes');
  fits('discriminators.a', discriminatorA, generatorBA, 'what generators.ba makes');
  fits('discriminators.b', discriminatorB, generatorAB, 'what generators.ab makes');
  if ((options.lambdaIdentity ?? 0) > 0 && !sharesShape(networks))
    fail(
      'value',
      where,
      'lambdaIdentity',
      `0 between domains of different shape, [${generatorAB.inputs[0]!.shape.join(',')}] and [${generatorBA.inputs[0]!.shape.join(',')}]`,
      options.lambdaIdentity,
      'The identity loss gives a generator an image of the domain that it makes.',
    );
  const { penalties, allowBatchNorm = false } = options;
  const critics = { a: discriminatorA, b: discriminatorB };
  for (const domain of ['a', 'b'] as const)
    checkPenalties(
      where,
      `penalties.${domain}`,
      penalties?.[domain],
      [`discriminators.${domain}`, critics[domain]],
      allowBatchNorm,
    );
  if (penalties?.a !== undefined && penalties.a === penalties.b)
    fail('value', where, 'penalties', 'two, one for each discriminator', 'the same one twice');
}

/** Whether an image of one domain can be put in the place of one of the other. */
export const sharesShape = ({ generatorAB, generatorBA }: CycleNetworks): boolean =>
  shapesFit(generatorAB.inputs[0]!.shape, generatorBA.inputs[0]!.shape);
