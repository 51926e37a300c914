import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import {
  given,
  integer,
  list,
  number,
  objectLike,
  oneOf,
  seed,
} from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { Option } from '../../internal/read_options.js';
import type { ProgressiveNetwork } from '../../models/progressive_plan.js';
import type { AdjustableOptimizer } from '../../types.js';
import type { SystemOptions } from '../core/recipe.js';
import { SYSTEM_SCHEMA, optimizersOf } from '../core/system_schema.js';
import { DISTRIBUTIONS } from '../latents.js';
import type { LatentDistribution } from '../latents.js';
import { isNameable } from '../state/stateful_component.js';
import { shapesFit } from '../step/check_system.js';

/** Options of {@link createProgressiveGAN}. */
export interface ProgressiveGANOptions<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends SystemOptions {
  /** Latent vectors to images, see `progressiveGenerator`. */
  generator: ProgressiveNetwork;
  /** Images to logits, of the same stages, see `progressiveDiscriminator`. */
  discriminator: ProgressiveNetwork;
  /** `'schedule'` (default): by the images shown; `'manual'`: by `grow()` alone. */
  growth?: 'schedule' | 'manual';
  /**
   * The number of real images shown to a stage once it has faded in, more than 0; default 600,000. A list has a number for
   * each stage but the last, which does not end.
   */
  stableImages?: number | readonly number[];
  /**
   * The number of real images shown while a stage fades in, 0 or more; default 600,000. A list has a number for each stage
   * but the first, which does not fade in.
   */
  fadeImages?: number | readonly number[];
  /** Discriminator steps for each generator step; default 1. */
  criticSteps?: number;
  /** λ, the weight of the gradient penalty, 0 or more; default 10. */
  penaltyWeight?: number;
  /** T, the norm of the gradient that costs nothing, above 0; default 1. The paper has 750 for CIFAR-10. */
  target?: number;
  /** The weight of E D(x)², which keeps logits near 0, 0 or more; default 0.001. */
  drift?: number;
  /** Default Adam(1e-3, β = (0, 0.99)) for both. The caller keeps ownership. */
  optimizers?: { readonly generator: G; readonly discriminator: D };
  /**
   * When both optimizers forget their moments: `'startAndEnd'` (default) of each fade, as in the authors' code, `'start'`
   * or `'never'`. Those of tfjs cannot forget.
   */
  resetOptimizers?: 'startAndEnd' | 'start' | 'never';
  /** The average of the generator's weights; by default with `decay: 0.999`, and `false` for none. */
  ema?: { decay?: number; warmUp?: boolean } | false;
  /** Distribution of latent vectors; default `'normal'`. */
  latents?: LatentDistribution;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** Numbers of images, one for each change of stage. */
type Images = Record<'stableImages' | 'fadeImages', readonly number[]>;

/** The options after defaults are filled in. */
export type ReadProgressiveGANOptions = Readonly<
  Required<Omit<ProgressiveGANOptions, keyof SystemOptions | keyof Images | 'optimizers' | 'ema'>> &
    Pick<ProgressiveGANOptions<Optimizer, Optimizer>, keyof SystemOptions | 'optimizers' | 'ema'> &
    Images
>;

/** Reads a growing network. */
const growingNetwork = (): Option<ProgressiveNetwork> =>
  objectLike<ProgressiveNetwork>(
    'a network such as progressiveGenerator() makes',
    ({ stages, setFade, apply }) =>
      Array.isArray(stages) && typeof setFade === 'function' && typeof apply === 'function',
  );

/** Reads one number, or one for each change of stage. */
const perChange =
  (option: Option<number>): Option<number | readonly number[]> =>
  (where, parameter, value) =>
    (Array.isArray(value) ? list(option) : option)(where, parameter, value);

/** Reads options; refuses networks that do not fit. */
export function readProgressiveGANOptions(
  where: string,
  options: ProgressiveGANOptions<Optimizer, Optimizer>,
): ReadProgressiveGANOptions {
  const read = readOptions(where, options, {
    ...SYSTEM_SCHEMA,
    generator: growingNetwork(),
    discriminator: growingNetwork(),
    growth: oneOf(['schedule', 'manual'], { default: 'schedule' }),
    stableImages: perChange(number({ above: 0, default: 600_000 })),
    fadeImages: perChange(number({ min: 0, default: 600_000 })),
    criticSteps: integer({ min: 1, default: 1 }),
    penaltyWeight: number({ min: 0, default: 10 }),
    target: number({ above: 0, default: 1 }),
    drift: number({ min: 0, default: 0.001 }),
    optimizers: optimizersOf('generator', 'discriminator'),
    resetOptimizers: oneOf(['startAndEnd', 'start', 'never'], { default: 'startAndEnd' }),
    ema: given<ProgressiveGANOptions['ema']>(),
    latents: oneOf(DISTRIBUTIONS, { default: 'normal' }),
    seed: seed(),
  });
  checkStages(where, read.generator, read.discriminator);
  if (read.resetOptimizers !== 'never') checkForgetting(where, read.optimizers);
  const changes = read.generator.stages.length - 1;
  return {
    ...read,
    stableImages: forEach(where, 'stableImages', read.stableImages, changes),
    fadeImages: forEach(where, 'fadeImages', read.fadeImages, changes),
  } as ReadProgressiveGANOptions;
}

/** Returns a number for each change of stage. */
function forEach(
  where: string,
  parameter: string,
  given: number | readonly number[],
  changes: number,
): readonly number[] {
  if (typeof given === 'number') return Array.from({ length: changes }, () => given);
  if (given.length !== changes)
    fail('value', where, parameter, `a number or a list of ${changes}`, given);
  return given;
}

/** Refuses networks of other stages. */
function checkStages(
  where: string,
  { stages }: ProgressiveNetwork<Tensor>,
  discriminator: ProgressiveNetwork<Tensor>,
): void {
  const sizes = (network: { readonly resolution: number }[]) =>
    network.map(({ resolution }) => resolution).join(', ');
  const rule = `a growing network with the stages ${sizes([...stages])}`;
  const others = discriminator.stages;
  if (sizes([...others]) !== sizes([...stages]))
    fail('shape', where, 'discriminator', rule, sizes([...others]));
  const [made, seen] = [stages[0]!.stable.outputs[0]!, others[0]!.stable.inputs[0]!];
  if (!shapesFit(made.shape, seen.shape))
    fail(
      'shape',
      where,
      'discriminator',
      `one that sees images [${made.shape.slice(1).join(',')}] at first`,
      seen.shape,
    );
}

/** Refuses optimizers whose moments cannot be forgotten. */
function checkForgetting(
  where: string,
  optimizers: Readonly<Record<string, Optimizer>> = {},
): void {
  for (const [name, optimizer] of Object.entries(optimizers))
    if (!isNameable(optimizer))
      fail(
        'type',
        where,
        `optimizers.${name}`,
        'an optimizer of gan-kit, which can forget its moments',
        optimizer,
        "Or pass resetOptimizers: 'never'.",
      );
}
