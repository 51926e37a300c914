import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions, checkTensor, fail } from '../../internal/check.js';
import { boolean, number, oneOf, seed, string } from '../../internal/option_kinds.js';
import { nested, optional, readOptions } from '../../internal/read_options.js';
import type { Option, OptionsOf, Schema } from '../../internal/read_options.js';
import { inputsOfCall } from '../../layers/graph_tensors.js';
import { nonSaturating } from '../../losses/non_saturating.js';
import type { AdjustableOptimizer, AdversarialLoss } from '../../types.js';
import type { SystemOptions } from '../core/recipe.js';
import { SYSTEM_SCHEMA, lossOf, network, optimizersOf } from '../core/system_schema.js';
import { DISTRIBUTIONS } from '../latents.js';
import type { LatentDistribution } from '../latents.js';
import { checkCritic, shapesFit } from '../step/check_system.js';
import { FEATURE_MATCHING } from '../step/feature_matching.js';
import type { FeatureMatchingOptions } from '../step/feature_matching.js';

/** The batch of a step of a {@link SemiSupervisedGAN}. */
export interface SemiSupervisedBatch {
  /** Samples with labels, `[n, …]`. */
  readonly labelled: Tensor;
  /** Their classes, numbers `[n, 1]` or distributions `[n, classes]`. */
  readonly labels: Tensor;
  /** Samples without labels, which the discriminator tells from as many generated ones, `[m, …]`. */
  readonly unlabelled: Tensor;
  /**
   * Samples whose features the generator matches, `[k, …]`; default `unlabelled`. The authors draw them independently, from
   * another shuffle of the data.
   */
  readonly matched?: Tensor;
}

/** Options of {@link createSemiSupervisedGAN}. */
export interface SemiSupervisedGANOptions<
  G extends Optimizer = AdjustableOptimizer,
  D extends Optimizer = AdjustableOptimizer,
> extends SystemOptions {
  /** Latent vectors `[batch, latentSize]` to samples. */
  generator: LayersModel;
  /** Samples to the logits of K classes, `[batch, K]`, K of 2 or more. */
  discriminator: LayersModel;
  /** The loss of telling real from generated samples, of the logits s(x); default `Losses.nonSaturating()`. */
  loss?: AdversarialLoss;
  /**
   * How the generator matches features, instead of or beside `loss.generator`. The default matches the input of the
   * last layer; where that is noise or dropout, name the layer before it. `false`: the generator minimizes
   * `loss.generator` (for the authors' minibatch version `loss: Losses.minimax()`).
   */
  featureMatching?:
    (Omit<FeatureMatchingOptions, 'layer'> & { layer?: string | undefined }) | false;
  /** w, the weight of the unlabelled samples' loss, 0 or more; default 1. */
  unlabelledWeight?: number;
  /**
   * Averages the discriminator's weights after each of its steps, for `classify`. The defaults are a `decay` of 0.9999, the
   * authors', and `warmUp: true`, without which the first ten thousand steps show their beginning. `false`: no average.
   */
  ema?: { decay?: number; warmUp?: boolean } | false;
  /** One per network; default Adam(3e-4, β = (0.5, 0.999)) for both. The caller keeps ownership. */
  optimizers?: { generator: G; discriminator: D };
  /** Distribution of latent vectors; default `'normal'`. */
  latents?: LatentDistribution;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** Options after defaults are filled in. */
export type ReadSemiSupervisedOptions = SystemOptions & {
  readonly generator: LayersModel;
  readonly discriminator: LayersModel;
  readonly loss: AdversarialLoss;
  readonly featureMatching: Required<FeatureMatchingOptions> | false;
  readonly unlabelledWeight: number;
  readonly ema: { readonly decay: number; readonly warmUp: boolean } | false;
  readonly optimizers: Readonly<Record<'generator' | 'discriminator', Optimizer>> | undefined;
  readonly latents: LatentDistribution;
  readonly seed: number;
};

/** Reads an object of options whose omission means its defaults, or `false`. */
const unlessFalse =
  <const S extends Schema>(schema: S): Option<OptionsOf<S> | false> =>
  (where, parameter, value = {}) =>
    value === false ? false : nested(schema)(where, parameter, value);

/** Reads options; refuses networks that do not fit. */
export function readSemiSupervisedOptions(
  where: string,
  options: SemiSupervisedGANOptions<Optimizer, Optimizer>,
): ReadSemiSupervisedOptions {
  const read = readOptions(where, options, {
    ...SYSTEM_SCHEMA,
    generator: network(),
    discriminator: network(),
    loss: lossOf(nonSaturating),
    featureMatching: unlessFalse({ ...FEATURE_MATCHING, layer: optional(string()) }),
    unlabelledWeight: number({ min: 0, default: 1 }),
    ema: unlessFalse({
      decay: number({ min: 0, below: 1, default: 0.9999 }),
      warmUp: boolean({ default: true }),
    }),
    optimizers: optimizersOf('generator', 'discriminator'),
    latents: oneOf(DISTRIBUTIONS, { default: 'normal' }),
    seed: seed(),
  });
  const { generator, discriminator, featureMatching } = read;
  const latent = generator.inputs[0]!.shape;
  if (latent.length !== 2 || latent[1] === null)
    fail('shape', where, 'generator', 'a model of input [batch, latentSize]', latent);
  const made = generator.outputs[0]!.shape;
  const seen = discriminator.inputs[0]!.shape;
  if (!shapesFit(made, seen))
    fail('shape', where, 'discriminator', `a model of samples [${made.join(',')}]`, seen);
  const logits = discriminator.outputs[0]!.shape;
  if (logits.length !== 2 || !(logits[1]! > 1))
    fail(
      'shape',
      where,
      'discriminator',
      'a model of class logits [batch, classes], of two classes or more',
      logits,
    );
  checkCritic(where, ['discriminator', discriminator], ['penalty', undefined], true);
  if (featureMatching === false) return { ...read, featureMatching };
  const layer = featureMatching.layer ?? beforeLast(discriminator);
  return { ...read, featureMatching: { ...featureMatching, layer } };
}

/** Returns the name of the layer whose output is the input of the last one. */
const beforeLast = (model: LayersModel): string =>
  inputsOfCall(model.outputs[0]!)[0]!.sourceLayer.name;

/** Refuses a batch that does not fit; returns its tensors by name. */
export function checkSemiSupervisedBatch(
  where: string,
  batch: SemiSupervisedBatch,
  { inputs, outputs }: LayersModel,
): Record<string, Tensor> {
  checkOptions(where, batch, ['labelled', 'labels', 'unlabelled', 'matched'], 'batch');
  const { labelled, labels, unlabelled, matched } = batch;
  const { shape } = inputs[0]!;
  checkTensor(where, 'batch.labelled', labelled, { shape });
  const count = labelled.shape[0];
  const classes = outputs[0]!.shape[1]!;
  checkTensor(where, 'batch.labels', labels, { rank: 2, dtype: 'any' });
  if (labels.shape[0] !== count || (labels.shape[1] !== 1 && labels.shape[1] !== classes))
    fail('shape', where, 'batch.labels', `of shape [${count},1] or [${count},${classes}]`, labels);
  checkTensor(where, 'batch.unlabelled', unlabelled, { shape });
  if (matched !== undefined) checkTensor(where, 'batch.matched', matched, { shape });
  return { unlabelled, labelled, labels, ...(matched && { matched }) };
}
