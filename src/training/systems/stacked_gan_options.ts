import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { list, number, objectLike, oneOf, seed, string } from '../../internal/option_kinds.js';
import { nested, optional, readOptions } from '../../internal/read_options.js';
import { nonSaturating } from '../../losses/non_saturating.js';
import type { AdjustableOptimizer, AdversarialLoss } from '../../types.js';
import type { SystemOptions } from '../core/recipe.js';
import { SYSTEM_SCHEMA, lossOf, network, orElse } from '../core/system_schema.js';
import { DISTRIBUTIONS } from '../latents.js';
import type { LatentDistribution } from '../latents.js';
import { checkLogitsOf, shapesFit } from '../step/check_system.js';
import { StackedEncoder } from './stacked_encoder.js';
import type { StackWeights } from './stacked_losses.js';
import { STACK_MODES } from './stacked_mode.js';
import type { StackMode } from './stacked_mode.js';

/** One level of a stack: its generator G_i and its opponent, see {@link createStackedGAN}. */
export interface StackLevel {
  /** Two inputs, z_i `[batch, latentSize]` and the condition, h_{i+1} or the label; its output is ĥ_i. */
  readonly generator: LayersModel;
  /** One input, h_i, and two outputs: D_i, raw logits `[batch, …]`, and Q_i, an estimate of z_i `[batch, latentSize]`. */
  readonly discriminator: LayersModel;
}

/** Options of {@link createStackedGAN}. */
export interface StackedGANOptions<
  O extends Optimizer = AdjustableOptimizer,
> extends SystemOptions {
  /** A trained classifier: images to class logits or softmax `[batch, classes]`. It does not change. */
  encoder: LayersModel;
  /** The names of the encoder's layers whose outputs are h_1 … h_{N−1}, from bottom to top; one for each level but the first. */
  features: readonly string[];
  /** The levels from bottom to top, two or more: the first makes images, the last takes labels. */
  levels: readonly StackLevel[];
  /** The adversarial loss of each level; default `Losses.nonSaturating()`. */
  loss?: AdversarialLoss;
  /** w, the weight of each discriminator's loss, above 0; default 0.5, the code's. */
  discriminatorWeight?: number;
  /** The weights of a level's losses. */
  weights?: StackWeights;
  /** The mode to begin with; default `'independent'`. It can be changed at any time, see {@link StackedGAN}. */
  mode?: StackMode;
  /**
   * In joint mode, the factor of the gradient that flows from the losses of a level into the generator above it, 0 or more;
   * default 0, the code for MNIST: it stops there. The code for CIFAR-10 has 0.01.
   */
  jointGradient?: number;
  /** One for each network, in the order of the levels; default Adam(1e-4, β = (0.5, 0.999)). The caller keeps ownership. */
  optimizers?: { readonly generators: readonly O[]; readonly discriminators: readonly O[] };
  /** Distribution of latent vectors; default `'uniform01'`, with which Q may end in a sigmoid. */
  latents?: LatentDistribution;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** The options after defaults are filled in. */
export type ReadStackedGANOptions = Readonly<
  Required<Omit<StackedGANOptions, keyof SystemOptions | 'optimizers' | 'weights'>> &
    Pick<StackedGANOptions<Optimizer>, keyof SystemOptions | 'optimizers'> & {
      readonly weights: Required<StackWeights>;
      readonly stack: StackedEncoder;
      /** The length of z_i. */
      readonly latentSizes: readonly number[];
    }
>;

const STACK_WEIGHTS = {
  adversarial: number({ above: 0, default: 1 }),
  conditional: number({ min: 0, default: 1 }),
  entropy: number({ min: 0, default: 10 }),
};

const optimizer = objectLike<Optimizer>(
  'an optimizer',
  ({ applyGradients }) => typeof applyGradients === 'function',
);

/** Reads options; refuses networks that do not fit. */
export function readStackedGANOptions(
  where: string,
  options: StackedGANOptions<Optimizer>,
): ReadStackedGANOptions {
  const read = readOptions(where, options, {
    ...SYSTEM_SCHEMA,
    encoder: network(),
    features: list(string()),
    levels: list(
      nested({ generator: network('conditioned'), discriminator: network('one input', 2) }),
      { name: 'an array of two levels or more', min: 2 },
    ),
    loss: lossOf(nonSaturating),
    discriminatorWeight: number({ above: 0, default: 0.5 }),
    weights: orElse(nested(STACK_WEIGHTS), { adversarial: 1, conditional: 1, entropy: 10 }),
    mode: oneOf(STACK_MODES, { default: 'independent' }),
    jointGradient: number({ min: 0, default: 0 }),
    optimizers: optional(nested({ generators: list(optimizer), discriminators: list(optimizer) })),
    latents: oneOf(DISTRIBUTIONS, { default: 'uniform01' }),
    seed: seed(),
  });
  const { encoder, features, levels } = read;
  if (features.length !== levels.length - 1)
    fail('value', where, 'features', `${levels.length - 1}, one for each level but the first`, [
      ...features,
    ]);
  const stack = new StackedEncoder(where, encoder, features);
  levels.forEach((level, i) => checkLevel(where, level, i, stack, levels.length));
  checkOptimizers(where, read.optimizers, levels.length);
  const latentSizes = levels.map(({ generator }) => generator.inputs[0]!.shape[1]!);
  return { ...read, stack, latentSizes } as ReadStackedGANOptions;
}

/** Refuses a level whose networks fit neither each other nor the features beside them. */
function checkLevel(
  where: string,
  { generator, discriminator }: StackLevel,
  i: number,
  stack: StackedEncoder,
  count: number,
): void {
  const refuse = (network: keyof StackLevel, rule: string, received: unknown): never =>
    fail('shape', where, `levels[${i}].${network}`, rule, received);
  if (generator.inputs.length !== 2)
    refuse('generator', 'a model of two inputs, z and its condition', generator.inputs.length);
  const z: Shape = generator.inputs[0]!.shape;
  const condition: Shape = generator.inputs[1]!.shape;
  if (z.length !== 2 || z[1] === null)
    refuse('generator', 'a model of first input [batch, latentSize]', z);
  const { classes } = stack;
  if (i === count - 1) {
    if (condition.length !== 2 || (condition[1] !== 1 && condition[1] !== classes))
      refuse(
        'generator',
        `a model whose second input is the label, [batch, 1] or [batch, ${classes}]`,
        condition,
      );
  } else if (!shapesFit(condition, stack.shapeOf(i + 1)))
    refuse('generator', `a model whose second input is ${named(stack, i + 1)}`, condition);
  const made = generator.outputs[0]!.shape;
  if (!shapesFit(made, stack.shapeOf(i)))
    refuse('generator', `a model that makes ${named(stack, i)}`, made);
  const seen = discriminator.inputs[0]!.shape;
  if (!shapesFit(seen, stack.shapeOf(i)))
    refuse('discriminator', `a model of ${named(stack, i)}`, seen);
  const [logits, estimate] = discriminator.outputs;
  if (!shapesFit(estimate!.shape, z))
    refuse(
      'discriminator',
      `a model whose second output estimates z, [${z.join(',')}]`,
      estimate!.shape,
    );
  checkLogitsOf(where, `levels[${i}].discriminator`, logits!.sourceLayer);
}

type Shape = readonly (number | null)[];

const named = (stack: StackedEncoder, level: number): string =>
  `${level === 0 ? 'the images' : `h_${level}`} of the encoder, [${stack.shapeOf(level).join(',')}]`;

/** Refuses lists of optimizers of another length, and an optimizer for two networks. */
function checkOptimizers(
  where: string,
  optimizers: StackedGANOptions<Optimizer>['optimizers'],
  count: number,
): void {
  if (optimizers === undefined) return;
  for (const name of ['generators', 'discriminators'] as const)
    if (optimizers[name].length !== count)
      fail('value', where, `optimizers.${name}`, `${count}, one for each level`, optimizers[name]);
  const all = [...optimizers.generators, ...optimizers.discriminators];
  if (new Set(all).size < all.length)
    fail(
      'value',
      where,
      'optimizers',
      'one for each network',
      'the same one twice',
      'An optimizer keeps its moments for one fixed list of weights.',
    );
}
