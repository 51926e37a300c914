import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { given, integer, number } from '../../internal/option_kinds.js';
import { byType, nested, optional, readOptions } from '../../internal/read_options.js';
import { leastSquares } from '../../losses/least_squares.js';
import { patchDiscriminator } from '../../models/patch_discriminator.js';
import { resnetGenerator } from '../../models/resnet_generator.js';
import type { ResnetGeneratorOptions } from '../../models/resnet_generator.js';
import type { TranslationShape } from '../../models/translation_plan.js';
import type { AdjustableOptimizer, AdversarialLoss, Penalty } from '../../types.js';
import { checkNetworksGiven } from '../core/check_networks_given.js';
import { lossOf, optimizersOf } from '../core/system_schema.js';
import { checkCritic, checkTakes, shapesFit } from '../step/check_system.js';
import { imagesMade, TRANSLATION_SCHEMA } from './translation_options.js';
import type {
  BesideShapes,
  ReadTranslationOptions,
  TranslationSystemOptions,
} from './translation_options.js';

/** Options of {@link createCycleGAN}: either shapes or custom networks. */
export interface CycleGANOptions<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends TranslationSystemOptions {
  /** Shape of images of B; default those of A. B has `null` wherever A has. */
  outputShape?: TranslationShape;
  /** Options of `resnetGenerator` besides the shapes, for both generators. */
  generatorOptions?: BesideShapes<ResnetGeneratorOptions>;
  /** Custom generators A → B and B → A. The caller keeps ownership. */
  generators?: { readonly ab: LayersModel; readonly ba: LayersModel };
  /** Custom discriminators of images of A and of images of B. */
  discriminators?: { readonly a: LayersModel; readonly b: LayersModel };
  /** Default `leastSquares({ scale: 1 })`, the code's. */
  loss?: AdversarialLoss;
  /** λ of |F(G(a)) − a| and of |G(F(b)) − b|, 0 or more; default 10 for both. */
  lambdaCycle?: number | { readonly a: number; readonly b: number };
  /**
   * Weight of the identity loss, relative to `lambdaCycle`, 0 or more; default 0.5 if both domains have the same
   * shape, else 0.
   */
  lambdaIdentity?: number;
  /** Penalties of each discriminator, as in WCycleGAN-GP; two objects, since each has its own random stream. */
  penalties?: Readonly<Record<'a' | 'b', Penalty | readonly Penalty[] | undefined>>;
  /** Discriminator steps for each step of the generators; default 1. */
  criticSteps?: number;
  /** Number of generated images held in the pool of each domain; default 50, 0 for none. */
  poolSize?: number;
  /** One for both generators, one for both discriminators; default Adam(2e-4, β = (0.5, 0.999)). */
  optimizers?: { readonly generators: G; readonly discriminators: D };
}

/** Options after defaults are filled in. */
export type ReadCycleGANOptions = CycleGANOptions<Optimizer, Optimizer> &
  ReadTranslationOptions &
  Required<Pick<CycleGANOptions, 'loss' | 'criticSteps' | 'poolSize'>> & {
    readonly lambdaCycle: { readonly a: number; readonly b: number };
  };

/** Reads options; refuses those that do not define the networks or have no effect on given ones. */
export function readCycleGANOptions(
  where: string,
  options: CycleGANOptions<Optimizer, Optimizer>,
): ReadCycleGANOptions {
  const lambda = number({ min: 0 });
  const read = readOptions(where, options, {
    ...TRANSLATION_SCHEMA,
    outputShape: given<CycleGANOptions['outputShape']>(),
    generatorOptions: given<CycleGANOptions['generatorOptions']>(),
    generators: given<CycleGANOptions['generators']>(),
    discriminators: given<CycleGANOptions['discriminators']>(),
    loss: lossOf(() => leastSquares({ scale: 1 })),
    lambdaCycle: byType(
      { number: lambda, object: nested({ a: lambda, b: lambda }) },
      { name: 'a number, or { a, b }', default: 10 },
    ),
    lambdaIdentity: optional(number({ min: 0 })),
    penalties: given<CycleGANOptions['penalties']>(),
    criticSteps: integer({ min: 1, default: 1 }),
    poolSize: integer({ min: 0, default: 50 }),
    optimizers: optimizersOf('generators', 'discriminators'),
  });
  checkNetworksGiven(where, read, 'generators', 'discriminators');
  const { lambdaCycle: both } = read;
  const lambdaCycle = typeof both === 'number' ? { a: both, b: both } : both;
  return { ...read, lambdaCycle } as ReadCycleGANOptions;
}

/** The four networks. */
export type CycleNetworks = Readonly<
  Record<'generatorAB' | 'generatorBA' | 'discriminatorA' | 'discriminatorB', LayersModel>
>;

/** Returns the networks of a cycle: those given, and the paper's for the others; refuses those that do not form one. */
export function cycleNetworks(where: string, options: ReadCycleGANOptions): CycleNetworks {
  const { generators, discriminators, lambdaIdentity, penalties, allowBatchNorm } = options;
  const seed = 4 * options.seed;
  const [a, b] = [options.inputShape!, options.outputShape ?? options.inputShape!];
  const translator = (from: TranslationShape, to: TranslationShape, seed: number) => {
    const shapes = { inputShape: from, ...imagesMade(where, from, to), seed };
    return resnetGenerator({ ...options.generatorOptions, ...shapes });
  };
  const critic = (of: TranslationShape, seed: number) =>
    patchDiscriminator({ ...options.discriminatorOptions, inputShape: of, seed });
  const networks = {
    generatorAB: generators?.ab ?? translator(a, b, seed),
    generatorBA: generators?.ba ?? translator(b, a, seed + 1),
    discriminatorA: discriminators?.a ?? critic(a, seed + 2),
    discriminatorB: discriminators?.b ?? critic(b, seed + 3),
  };
  const { generatorAB, generatorBA, discriminatorA, discriminatorB } = networks;
  const [AB, BA] = [
    ['generators.ab', generatorAB] as const,
    ['generators.ba', generatorBA] as const,
  ];
  checkTakes(where, BA, AB);
  checkTakes(where, AB, BA);
  for (const [domain, network, maker] of [
    ['a', discriminatorA, BA] as const,
    ['b', discriminatorB, AB] as const,
  ]) {
    const critic = [`discriminators.${domain}`, network] as const;
    checkTakes(where, critic, maker);
    checkCritic(where, critic, [`penalties.${domain}`, penalties?.[domain]], allowBatchNorm);
  }
  if ((lambdaIdentity ?? 0) > 0 && !sharesShape(networks))
    fail(
      'value',
      where,
      'lambdaIdentity',
      `0 between domains of different shape, [${generatorAB.inputs[0]!.shape.join(',')}] and [${generatorBA.inputs[0]!.shape.join(',')}]`,
      lambdaIdentity,
      'The identity loss gives a generator an image of the domain that it makes.',
    );
  if (penalties?.a !== undefined && penalties.a === penalties.b)
    fail('value', where, 'penalties', 'two, one for each discriminator', 'the same one twice');
  return networks;
}

/** Returns whether images of both domains have the same shape. */
export const sharesShape = ({ generatorAB, generatorBA }: CycleNetworks): boolean =>
  shapesFit(generatorAB.inputs[0]!.shape, generatorBA.inputs[0]!.shape);
