import { clone, mul } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { model as modelOf } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { number, oneOf, string } from '../../internal/option_kinds.js';
import type { SchemaRead } from '../../internal/read_options.js';
import { graphTensors } from '../../layers/graph_tensors.js';
import { stopGradient } from '../../ops/stop_gradient.js';
import type { Conditioned } from '../core/conditions.js';
import { playerOf } from '../core/player.js';
import type { Player } from '../core/player.js';
import { featureDistance } from './feature_distance.js';

/** How a generator matches features of its discriminator. */
export interface FeatureMatchingOptions {
  /** The name of the discriminator's layer whose output h is matched, `[batch, …]`. */
  layer: string;
  /**
   * What is averaged over the units of h: `'squared'`, the default, the square of the difference of both means, as in
   * the authors' code for MNIST; or `'absolute'`, its absolute value, as in that for CIFAR-10.
   */
  distance?: 'squared' | 'absolute';
  /** The term's weight, 0 or more; default 1. */
  weight?: number;
  /**
   * The weight of the generator's adversarial loss, 0 or more. The default is 0: the features are all that it matches.
   */
  adversarial?: number;
}

/** Schema of {@link FeatureMatchingOptions}. */
export const FEATURE_MATCHING: SchemaRead<FeatureMatchingOptions> = {
  layer: string(),
  distance: oneOf(['squared', 'absolute'], { default: 'squared' }),
  weight: number({ min: 0, default: 1 }),
  adversarial: number({ min: 0, default: 0 }),
};

/** A generator's term by features, and what else came of the pass that it took. */
export interface Matched {
  /** The weighted distance of the features. */
  readonly term: Scalar;
  /** The discriminator's outputs for generated samples, if another loss needs them. */
  readonly outputs: readonly Tensor[];
  /** The weight of the adversarial loss beside it. */
  readonly adversarial: number;
}

/** A discriminator up to one of its layers, by which a generator is judged. */
export class FeatureMatching {
  /** x to h(x). */
  private readonly features: Player;
  /** x to h(x) and to all that a loss of the generator needs besides. */
  private readonly judge: Player;

  /**
   * @param where The function that a message names.
   * @param needsOutputs Whether another loss than the adversarial one needs the outputs of the discriminator.
   */
  constructor(
    where: string,
    discriminator: LayersModel,
    private readonly options: Required<FeatureMatchingOptions>,
    needsOutputs = false,
  ) {
    const h = outputOf(where, discriminator, options.layer);
    const { inputs, outputs } = discriminator;
    const player = (...outputs: SymbolicTensor[]) =>
      playerOf('discriminator', modelOf({ inputs, outputs }));
    this.features = player(h);
    this.judge = needsOutputs || options.adversarial > 0 ? player(h, ...outputs) : this.features;
  }

  /** Runs the discriminator on both, without effects on it; gradients flow to generated samples only. */
  of(real: Conditioned, fake: Conditioned): Matched {
    const { weight, distance, adversarial } = this.options;
    const ofReal = stopGradient(() => clone(this.features.still(real.x, ...real.condition)));
    const [ofFake, ...outputs] = this.judge.at({}).outputs(fake.x, ...fake.condition);
    const term = mul<Scalar>(featureDistance(ofReal, ofFake!, distance), weight);
    return { term, outputs, adversarial };
  }
}

/**
 * Lists what a generator minimizes: its adversarial loss, or the distance of features instead of it or beside it.
 *
 * @param adversarial Computes the adversarial loss.
 * @param note Receives each weighted term.
 */
export function generatorTerms(
  adversarial: () => Scalar,
  matched: Matched | undefined,
  note: (name: 'generator' | 'featureMatching', loss: Scalar) => Scalar,
): [Scalar, ...Scalar[]] {
  if (matched === undefined) return [note('generator', adversarial())];
  const term = note('featureMatching', matched.term);
  const { adversarial: weight } = matched;
  return weight === 0 ? [term] : [term, note('generator', mul(adversarial(), weight))];
}

/** Finds the output of a layer within a model; refuses a name that no layer has. */
function outputOf(where: string, model: LayersModel, layer: string): SymbolicTensor {
  for (const tensor of graphTensors(model)) if (tensor.sourceLayer.name === layer) return tensor;
  const names = model.layers.map(({ name }) => name);
  return fail(
    'value',
    where,
    'featureMatching.layer',
    `the name of a layer of the discriminator: ${names.join(', ')}`,
    layer,
  );
}
