import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { boolean, given, integer, number, seed } from '../../internal/option_kinds.js';
import { byType, nested, optional, readOptions } from '../../internal/read_options.js';
import { leastSquares } from '../../losses/least_squares.js';
import type { PatchDiscriminatorOptions } from '../../models/patch_discriminator.js';
import type { ResnetGeneratorOptions } from '../../models/resnet_generator.js';
import type { TranslationShape } from '../../models/translation_plan.js';
import type { AdjustableOptimizer, AdversarialLoss, Penalty } from '../../types.js';
import { checkNetworksGiven } from '../core/check_networks_given.js';
import type { SystemOptions } from '../core/recipe.js';
import { SYSTEM_SCHEMA, lossOf, optimizersOf } from '../core/system_schema.js';
import { checkLogits, checkModel, checkPenalties, shapesFit } from '../step/check_system.js';

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
  generatorOptions?: Omit<
    ResnetGeneratorOptions,
    'inputShape' | 'outputChannels' | 'outputShape' | 'seed'
  >;
  /** What `patchDiscriminator` is given beside the shape, for both discriminators. */
  discriminatorOptions?: Omit<PatchDiscriminatorOptions, 'inputShape' | 'seed'>;
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

/** Options of which each that has a default is there. */
export type ReadCycleGANOptions = CycleGANOptions<Optimizer, Optimizer> &
  Required<
    Pick<CycleGANOptions, 'loss' | 'discriminatorWeight' | 'criticSteps' | 'poolSize' | 'seed'>
  > & { readonly lambdaCycle: { readonly a: number; readonly b: number } };

/** Reads options; refuses those that say nothing about the networks they belong to. */
export function readCycleGANOptions(
  where: string,
  options: CycleGANOptions<Optimizer, Optimizer>,
): ReadCycleGANOptions {
  const lambda = number({ min: 0 });
  const read = readOptions(where, options, {
    ...SYSTEM_SCHEMA,
    inputShape: given<CycleGANOptions['inputShape']>(),
    outputShape: given<CycleGANOptions['outputShape']>(),
    generatorOptions: given<CycleGANOptions['generatorOptions']>(),
    discriminatorOptions: given<CycleGANOptions['discriminatorOptions']>(),
    generators: given<CycleGANOptions['generators']>(),
    discriminators: given<CycleGANOptions['discriminators']>(),
    loss: lossOf(() => leastSquares({ scale: 1 })),
    discriminatorWeight: number({ above: 0, default: 0.5 }),
    lambdaCycle: byType(
      { number: lambda, object: nested({ a: lambda, b: lambda }) },
      { name: 'a number, or { a, b }', default: 10 },
    ),
    lambdaIdentity: optional(number({ min: 0 })),
    penalties: given<CycleGANOptions['penalties']>(),
    allowBatchNorm: boolean({ default: false }),
    criticSteps: integer({ min: 1, default: 1 }),
    poolSize: integer({ min: 0, default: 50 }),
    optimizers: optimizersOf('generators', 'discriminators'),
    seed: seed(),
  });
  checkNetworksGiven(where, read, 'generators', 'discriminators');
  checkFreeSizes(where, read as CycleGANOptions);
  const { lambdaCycle: both } = read;
  const lambdaCycle = typeof both === 'number' ? { a: both, b: both } : both;
  return { ...read, lambdaCycle } as ReadCycleGANOptions;
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
  const { a, b } = { a: discriminatorA, b: discriminatorB };
  checkModel(where, 'generators.ab', generatorAB);
  checkModel(where, 'generators.ba', generatorBA);
  for (const [domain, critic] of Object.entries({ a, b })) {
    checkModel(where, `discriminators.${domain}`, critic);
    checkLogits(where, `discriminators.${domain}`, critic);
  }
  const fits = (parameter: string, model: LayersModel, maker: string) => {
    const made = (maker === 'ab' ? generatorAB : generatorBA).outputs[0]!.shape;
    const takes = model.inputs[0]!.shape;
    const rule = `a model for what generators.${maker} makes, [${made.join(',')}]`;
    if (!shapesFit(made, takes)) fail('shape', where, parameter, rule, takes);
  };
  fits('generators.ba', generatorBA, 'ab');
  fits('generators.ab', generatorAB, 'ba');
  fits('discriminators.a', a, 'ba');
  fits('discriminators.b', b, 'ab');
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
  for (const [domain, critic] of [['a', a] as const, ['b', b] as const]) {
    const about = [`discriminators.${domain}`, critic] as const;
    checkPenalties(where, `penalties.${domain}`, penalties?.[domain], about, allowBatchNorm);
  }
  if (penalties?.a !== undefined && penalties.a === penalties.b)
    fail('value', where, 'penalties', 'two, one for each discriminator', 'the same one twice');
}

/** Whether an image of one domain can be put in the place of one of the other. */
export const sharesShape = ({ generatorAB, generatorBA }: CycleNetworks): boolean =>
  shapesFit(generatorAB.inputs[0]!.shape, generatorBA.inputs[0]!.shape);
