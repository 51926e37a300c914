import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor, layers } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { checkBackend } from '../internal/check_backend.js';
import { integer, oneOf, seed, shape } from '../internal/option_kinds.js';
import type { OptionsOf, SchemaRead } from '../internal/read_options.js';
import { Fade } from '../layers/fade.js';
import { leakyReLU } from '../layers/leaky_relu.js';
import { equalizedLearningRate } from '../layers/reparametrization/equalized_learning_rate.js';
import type { ModelOf } from '../types.js';
import type { ImageShape } from './dcgan_plan.js';

/** One size of image that a growing network works at. */
export interface ProgressiveStage<Output extends Tensor = Tensor> {
  /** Height and width of the images in pixels. */
  readonly resolution: number;
  /** The network at this size. */
  readonly stable: ModelOf<Output>;
  /** The network while this size fades in; undefined at the first stage. */
  readonly fading: ModelOf<Output> | undefined;
}

/**
 * A network that grows from stage to stage: {@link progressiveGenerator}, {@link progressiveDiscriminator}.
 *
 * As a model it holds the weights of all stages, which the models in `stages` share. Each of those computes only the
 * layers of its stage.
 */
export interface ProgressiveNetwork<Output extends Tensor = Tensor> extends LayersModel {
  /** The stages, from 4 × 4 pixels on. */
  readonly stages: readonly ProgressiveStage<Output>[];
  /**
   * Sets the share of the stage before in all fading networks.
   *
   * @param t A number in [0, 1]; 1 when a stage begins, 0 at its end.
   */
  setFade(t: number | (() => number)): void;
}

/** What both networks of Progressive GAN have in common. */
export interface ProgressiveOptions {
  /** `[size, size, channels]` of the last stage; the size is a power of 2 from 4 on. */
  imageShape: ImageShape;
  /** Stage s, from 0 on, has `min(⌊baseChannels / 2^(s + 1)⌋, maxChannels)` channels; default 8192. */
  baseChannels?: number;
  /** The largest number of channels; default 512. */
  maxChannels?: number;
  /**
   * `'paper'` (default): the authors' code; `'zoo'`: pytorch_GAN_zoo, whose weights it takes. There every layer has
   * a gain of √2, biases are scaled with the weights, the first layer has a bias for each unit; the discriminator
   * activates before it pools, as in the paper's table 2, and its minibatch standard deviation is unbiased and of
   * neighbours.
   */
  form?: 'paper' | 'zoo';
  /** The seed of the initial weights, an integer from 0 on; default 0. */
  seed?: number;
  /** The model's name; default `'generator'` or `'discriminator'`. */
  name?: string;
}

/** The schema of the options that both networks read alike. */
export const PROGRESSIVE: SchemaRead<Omit<ProgressiveOptions, 'name'>> = {
  imageShape: shape<ImageShape>({ axes: ['height', 'width', 'channels'] }),
  baseChannels: integer({ min: 2, default: 8192 }),
  maxChannels: integer({ min: 1, default: 512 }),
  form: oneOf(['paper', 'zoo'], { default: 'paper' }),
  seed: seed(),
};

type ReadProgressive = OptionsOf<typeof PROGRESSIVE>;

/** Sizes and parts of a growing network. */
export interface ProgressivePlan {
  /** The resolution of each stage. */
  readonly resolutions: readonly number[];
  /** The channels of each stage. */
  readonly widths: readonly number[];
  /** The channels of the last dense layer but one of the discriminator. */
  readonly widest: number;
  /** Wraps a layer with weights; `gain` is the one of the paper, √2 if it is omitted. */
  readonly equalized: (layer: layers.Layer, gain?: number) => layers.Layer;
  /** Makes the activation of a layer. */
  readonly activation: (name: string) => layers.Layer;
}

/** Lays out the stages. */
export function planProgressive(where: string, read: ReadProgressive): ProgressivePlan {
  checkBackend(where);
  const { imageShape, baseChannels, maxChannels, form } = read;
  const [height, width] = imageShape;
  const doublings = Math.log2(height) - 2;
  if (height !== width || doublings < 0 || !Number.isInteger(doublings))
    fail('value', where, 'imageShape', '[size, size, channels] of a size among 4, 8, 16, 32 …', [
      ...imageShape,
    ]);
  const stages = Array.from({ length: doublings + 1 }, (_, stage) => stage);
  const channels = (stage: number) =>
    Math.min(Math.floor(baseChannels / 2 ** (stage + 1)), maxChannels);
  if (channels(doublings) < 1)
    fail('value', where, 'baseChannels', `at least ${2 ** (doublings + 1)} here`, baseChannels);
  return {
    resolutions: stages.map((stage) => 4 * 2 ** stage),
    widths: stages.map(channels),
    widest: channels(-1),
    equalized: (layer, gain = Math.SQRT2) =>
      form === 'zoo'
        ? equalizedLearningRate({ layer, scaleBias: true })
        : equalizedLearningRate({ layer, gain }),
    activation: (name) => leakyReLU({ negativeSlope: 0.2, name: `${name}_act` }),
  };
}

/** Makes the fade that all stages of a network share. */
export const sharedFade = (): Fade => new Fade({ name: 'fade' });

/** Blends what a stage computes with what the stage before did. */
export const faded = (fade: Fade, now: SymbolicTensor, before: SymbolicTensor): SymbolicTensor =>
  fade.apply([now, before]) as SymbolicTensor;

/** Makes a growing network of the model that holds all of its layers. */
export function growing<Output extends Tensor>(
  whole: LayersModel,
  stages: readonly ProgressiveStage<Output>[],
  fade: Fade,
): ProgressiveNetwork<Output> {
  // tfjs counts the uses of a layer, and frees its weights after as many calls of `dispose`
  for (const layer of whole.layers) (layer as unknown as { _refCount: number })._refCount = 1;
  const setFade = (t: number | (() => number)): void => {
    if (stages.length > 1) fade.assign(t);
  };
  return Object.assign(whole, { stages, setFade });
}
