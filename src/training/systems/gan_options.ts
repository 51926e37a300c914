import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import {
  boolean,
  given,
  integer,
  number,
  objectLike,
  oneOf,
  seed,
} from '../../internal/option_kinds.js';
import { nested, optional, readOptions } from '../../internal/read_options.js';
import type { AdjustableOptimizer, AdversarialLoss, ModelOf, Penalty } from '../../types.js';
import type { Augmentation } from '../augmentation/augmentation.js';
import type { ConditionDistribution } from '../core/condition_distribution.js';
import { conditionCount } from '../core/conditions.js';
import type { SystemOptions } from '../core/recipe.js';
import { SYSTEM_SCHEMA, lossOf, network, optimizersOf, orElse } from '../core/system_schema.js';
import type { LatentDistribution } from '../latents.js';
import { checkCritic, penaltiesOf, shapesFit } from '../step/check_system.js';
import type { Penalties } from '../step/check_system.js';

/** Options of {@link createGAN}. */
export interface GANOptions<
  Sample extends Tensor = Tensor,
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends SystemOptions {
  /** Latent vectors `[batch, latentSize]` to samples; further inputs are conditions. */
  generator: LayersModel | ModelOf<Sample>;
  /** Samples to raw logits, of any shape `[batch, …]`; further inputs are conditions. */
  discriminator: LayersModel;
  /** The loss of both networks, for example `Losses.hinge()`. */
  loss: AdversarialLoss;
  /** Terms added to the discriminator's loss, each `weight · every` times at every `every`-th step. */
  penalty?: Penalty | readonly Penalty[];
  /** One per network; default Adam(2e-4, β = (0.5, 0.999)) for both. The caller keeps ownership. */
  optimizers?: { generator: G; discriminator: D };
  /** Discriminator steps for each generator step; default 1 (WGAN: 5). */
  criticSteps?: number;
  /** Clamps the discriminator's weights to [−limit, limit] after each of its steps (WGAN: 0.01). */
  clipWeights?: number;
  /** Averages the generator's weights after each of its steps; default off. */
  ema?: { decay?: number; warmUp?: boolean };
  /** Each pair of labels is swapped with this probability in a discriminator step; default 0. */
  labelFlip?: { probability: number };
  /** Adds N(0, (stddev · decayᵗ)²) to whatever the discriminator sees, t counting its steps. */
  instanceNoise?: { stddev: number; decay?: number };
  /**
   * Changes all that the discriminator sees, for example `diffAugment()`: real and generated samples in its own step,
   * generated ones in the generator's. Penalties are taken at the changed samples.
   */
  augment?: Augmentation;
  /** Allows a penalty on a discriminator with batch normalization, which couples the samples. */
  allowBatchNorm?: boolean;
  /** Distribution of latent vectors; default `'normal'`. */
  latents?: LatentDistribution;
  /**
   * Distribution of the conditions of generated samples, for example `labelDistribution({ classes: 10 })`; by
   * default they are those of the batch.
   */
  fakeCondition?: ConditionDistribution;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** Options after defaults are filled in. */
export type ReadGANOptions = GANOptions<Tensor, Optimizer, Optimizer> &
  Required<
    Pick<
      GANOptions,
      'criticSteps' | 'labelFlip' | 'instanceNoise' | 'allowBatchNorm' | 'latents' | 'seed'
    >
  >;

/** Reads options; refuses networks that do not fit. */
export function readGANOptions(
  where: string,
  options: GANOptions<Tensor, Optimizer, Optimizer>,
): ReadGANOptions {
  const read: ReadGANOptions = readOptions(where, options, {
    ...SYSTEM_SCHEMA,
    generator: network('conditioned'),
    discriminator: network('conditioned'),
    loss: lossOf(),
    penalty: given<Penalties>(),
    optimizers: optimizersOf('generator', 'discriminator'),
    criticSteps: integer({ min: 1, default: 1 }),
    clipWeights: optional(number({ above: 0 })),
    ema: given<GANOptions['ema']>(),
    labelFlip: orElse(nested({ probability: number({ min: 0, max: 1 }) }), { probability: 0 }),
    instanceNoise: orElse(
      nested({ stddev: number({ min: 0 }), decay: number({ min: 0, max: 1, default: 1 }) }),
      { stddev: 0, decay: 1 },
    ),
    augment: optional(
      objectLike<Augmentation>(
        'an augmentation such as diffAugment()',
        ({ transform }) => typeof transform === 'function',
      ),
    ),
    allowBatchNorm: boolean({ default: false }),
    latents: oneOf(['normal', 'uniform'], { default: 'normal' }),
    fakeCondition: given<GANOptions['fakeCondition']>(),
    seed: seed(),
  }) as ReadGANOptions;
  const { generator, discriminator } = read;
  checkConditioned(where, read);
  const latent = generator.inputs[0]!.shape;
  if (latent.length !== 2 || latent[1] === null)
    fail('shape', where, 'generator', 'a model of input [batch, latentSize]', latent);
  const image = generator.outputs[0]!.shape;
  const seen = discriminator.inputs[0]!.shape;
  if (!shapesFit(image, seen))
    fail(
      'shape',
      where,
      'discriminator',
      `a model whose input fits the generator's output [${image.join(',')}]`,
      seen,
    );
  const critic = ['discriminator', discriminator] as const;
  checkCritic(where, critic, ['penalty', read.penalty], read.allowBatchNorm);
  return read;
}

/** Refuses networks that take different conditions, and a distribution for a generator without conditions. */
function checkConditioned(
  where: string,
  { generator, discriminator, fakeCondition, penalty }: GANOptions<Tensor, Optimizer, Optimizer>,
): void {
  const [ofG, ofD] = [conditionCount(generator), conditionCount(discriminator)];
  if (ofG > 0 && ofD > 0 && ofG !== ofD)
    fail(
      'shape',
      where,
      'discriminator',
      `a model of ${ofG} conditions or none`,
      `${ofD} conditions`,
    );
  if (ofG === ofD)
    discriminator.inputs.slice(1).forEach(({ shape }, i) => {
      const wanted = generator.inputs[i + 1]!.shape;
      if (!shapesFit(wanted, shape))
        fail(
          'shape',
          where,
          'discriminator',
          `a model whose input ${i + 1} fits the generator's, [${wanted.join(',')}]`,
          shape,
        );
    });
  if (fakeCondition === undefined) return;
  if (typeof fakeCondition?.draw !== 'function')
    fail(
      'type',
      where,
      'fakeCondition',
      'a distribution such as labelDistribution()',
      fakeCondition,
    );
  if (ofG === 0 && ofD === 0)
    fail('value', where, 'fakeCondition', 'omitted: the networks take no condition', fakeCondition);
  penaltiesOf(penalty).forEach(({ at = 'interpolates' }, i) => {
    if (ofD > 0 && at === 'interpolates')
      fail(
        'value',
        where,
        `penalty[${i}].at`,
        "'real', 'fake' or 'perturbed' if fakeCondition is given",
        at,
        'A point between a real and a generated sample has one condition; leave fakeCondition out, so that both have that of the batch.',
      );
  });
}
