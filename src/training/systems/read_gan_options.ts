import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
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
import { byType, nested, optional, readOptions } from '../../internal/read_options.js';
import type { Augmentation } from '../augmentation/augmentation.js';
import { conditionCount } from '../core/conditions.js';
import { GENERATOR_HISTORY } from '../history/generator_history.js';
import { REPLAY } from '../history/replay_buffer.js';
import { SYSTEM_SCHEMA, lossOf, network, optimizersOf, orElse } from '../core/system_schema.js';
import { DISTRIBUTIONS } from '../latents.js';
import { checkCritic, penaltiesOf, shapesFit } from '../step/check_system.js';
import type { Penalties } from '../step/check_system.js';
import type { Penalty } from '../../types.js';
import type { ClassWeights } from '../step/class_terms.js';
import { FEATURE_MATCHING } from '../step/feature_matching.js';
import { HISTORICAL_AVERAGING } from '../step/historical_average.js';
import { LATENT_OPTIMIZATION } from '../step/latent_optimization.js';
import { packedShape } from '../step/packing.js';
import type { ClassifierOptions, GANOptions, ReadGANOptions } from './gan_options.js';

/** Reads options; refuses networks that do not fit. */
export function readGANOptions(
  where: string,
  options: GANOptions<Tensor, Optimizer, Optimizer>,
): ReadGANOptions {
  const outputs = options?.classifier === undefined ? 1 : 2;
  const read = readOptions(where, options, {
    ...SYSTEM_SCHEMA,
    generator: network('conditioned'),
    discriminator: network('conditioned', outputs),
    loss: lossOf(),
    penalty: given<Penalties>(),
    optimizers: optimizersOf('generator', 'discriminator'),
    criticSteps: integer({ min: 1, default: 1 }),
    clipWeights: optional(number({ above: 0 })),
    packing: integer({ min: 1, default: 1 }),
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
    classifier: given<GANOptions['classifier']>(),
    featureMatching: optional(nested(FEATURE_MATCHING)),
    leCam: optional(
      nested({
        weight: number({ min: 0, default: 0.3 }),
        decay: number({ min: 0, below: 1, default: 0.99 }),
        start: integer({ min: 0, default: 1000 }),
      }),
    ),
    historicalAveraging: orElse(nested(HISTORICAL_AVERAGING), { generator: 0, discriminator: 0 }),
    latentOptimization: optional(nested(LATENT_OPTIMIZATION)),
    replayBuffer: optional(nested(REPLAY)),
    generatorHistory: optional(nested(GENERATOR_HISTORY)),
    allowBatchNorm: boolean({ default: false }),
    latents: oneOf(DISTRIBUTIONS, { default: 'normal' }),
    fakeCondition: given<GANOptions['fakeCondition']>(),
    seed: seed(),
  });
  const all = { ...read, classifier: classWeights(where, read.classifier) } as ReadGANOptions;
  checkFit(where, all);
  return all;
}

/** Reads the weights of a classifier; spreads one weight of the discriminator over both kinds of samples. */
function classWeights(
  where: string,
  options: ClassifierOptions | undefined,
): ClassWeights | undefined {
  if (options === undefined) return undefined;
  const weight = number({ min: 0 });
  const schema = {
    discriminator: byType(
      { number: weight, object: nested({ real: weight, fake: weight }) },
      { name: 'a number or an object { real, fake }', default: 1 },
    ),
    generator: number({ min: 0, default: 1 }),
  };
  const { discriminator, generator } = readOptions(where, options, schema, 'classifier');
  const isOne = typeof discriminator === 'number';
  return {
    discriminator: isOne ? { real: discriminator, fake: discriminator } : discriminator,
    generator,
  };
}

/** Refuses networks that do not fit each other or another option. */
function checkFit(where: string, read: ReadGANOptions): void {
  const { generator, discriminator, packing, penalty, allowBatchNorm } = read;
  checkConditioned(where, read);
  const latent = generator.inputs[0]!.shape;
  if (latent.length !== 2 || latent[1] === null)
    fail('shape', where, 'generator', 'a model of input [batch, latentSize]', latent);
  const image = generator.outputs[0]!.shape;
  const seen = discriminator.inputs[0]!.shape;
  if (!shapesFit(packedShape(image, packing), seen))
    fail(
      'shape',
      where,
      'discriminator',
      `a model whose input fits the generator's output [${image.join(',')}]${inPacks(packing)}`,
      seen,
    );
  if (read.classifier !== undefined) checkClassifier(where, read);
  for (const [other, why] of Object.entries(AGAINST_MOVED_LATENTS))
    if (read.latentOptimization !== undefined && read[other as Against] !== undefined)
      fail(
        'value',
        where,
        other,
        'omitted if latentOptimization is given',
        read[other as Against],
        why,
      );
  const critic = ['discriminator', discriminator] as const;
  checkCritic(where, critic, ['penalty', penalty], allowBatchNorm);
}

/** The options that latent optimization excludes, and why. */
const AGAINST_MOVED_LATENTS = {
  augment:
    'Latent vectors follow the logit of the sample itself, which a discriminator of changed samples never sees.',
  replayBuffer:
    'Older samples are constants, and the gradient flows through the vectors of new ones.',
  generatorHistory: 'Latent vectors follow the logit of the present generator’s samples.',
} as const;
type Against = keyof typeof AGAINST_MOVED_LATENTS;

const inPacks = (m: number) => (m === 1 ? '' : ` in packs of ${m}`);

/** Refuses networks that take different conditions, and a distribution for networks without conditions. */
function checkConditioned(where: string, read: ReadGANOptions): void {
  const { generator, discriminator, packing, fakeCondition, penalty, replayBuffer } = read;
  const [ofG, ofD] = [conditionCount(generator), conditionCount(discriminator)];
  if (ofG > 0 && ofD > 0 && ofG !== ofD)
    fail(
      'shape',
      where,
      'discriminator',
      `a model of ${ofG} conditions or none`,
      `${ofD} conditions`,
    );
  discriminator.inputs.slice(1).forEach(({ shape }, i) => {
    const taken = generator.inputs[i + 1]?.shape;
    const fits =
      taken === undefined
        ? (shape.at(-1) ?? 0) % packing === 0
        : shapesFit(packedShape(taken, packing), shape);
    const rule =
      taken === undefined
        ? `a model whose input ${i + 1} has conditions${inPacks(packing)}`
        : `a model whose input ${i + 1} fits the generator's, [${taken.join(',')}]${inPacks(packing)}`;
    if (!fits) fail('shape', where, 'discriminator', rule, shape);
  });
  if (fakeCondition !== undefined) checkDistribution(where, read);
  const givers = { fakeCondition, replayBuffer };
  const giver = Object.entries(givers).find(([, option]) => option !== undefined)?.[0];
  if (giver === undefined || ofD === 0) return;
  penaltiesOf(penalty).forEach((one: Penalty | undefined, i) => {
    const { at = 'interpolates' } = one ?? {}; // checkCritic refuses what is none
    if (at === 'interpolates')
      fail(
        'value',
        where,
        `penalty[${i}].at`,
        `'real', 'fake' or 'perturbed' if ${giver} is given`,
        at,
        `A point between a real and a generated sample has one condition; leave ${giver} out, so that both have that of the batch.`,
      );
  });
}

/** Refuses what is no distribution of conditions, and one for networks that take none. */
function checkDistribution(
  where: string,
  { generator, discriminator, fakeCondition }: ReadGANOptions,
): void {
  if (typeof fakeCondition?.draw !== 'function')
    fail(
      'type',
      where,
      'fakeCondition',
      'a distribution such as labelDistribution()',
      fakeCondition,
    );
  if (conditionCount(generator) === 0 && conditionCount(discriminator) === 0)
    fail('value', where, 'fakeCondition', 'omitted: the networks take no condition', fakeCondition);
}

/** Refuses a classifier without labels, one that is shown them, and one that sees samples of several classes at once. */
function checkClassifier(
  where: string,
  { generator, discriminator, packing }: ReadGANOptions,
): void {
  const logits = discriminator.outputs[1]!.shape;
  const classes = logits[1]!;
  if (logits.length !== 2 || !(classes > 1))
    fail(
      'shape',
      where,
      'discriminator',
      'a model whose second output is [batch, classes], of two classes or more',
      logits,
    );
  const labels = generator.inputs[1]?.shape;
  if (labels?.length !== 2 || (labels[1] !== 1 && labels[1] !== classes))
    fail(
      'shape',
      where,
      'generator',
      `a model whose second input is the label, [batch, 1] or [batch, ${classes}], if classifier is given`,
      labels,
    );
  if (conditionCount(discriminator) > 0)
    fail(
      'shape',
      where,
      'discriminator',
      'a model of one input if classifier is given',
      `${conditionCount(discriminator)} conditions`,
      'A classifier that is given the label has nothing to learn from the sample.',
    );
  if (packing > 1)
    fail(
      'value',
      where,
      'packing',
      '1 if classifier is given',
      packing,
      'A pack has no one class.',
    );
}
