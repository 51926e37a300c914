import type { layers } from '@tensorflow/tfjs-layers';
import {
  ATTENTION,
  DEPTHWISE,
  EMBEDDINGS,
  KERNEL,
  POINTWISE,
  transposed,
} from './kernel_layouts.js';
import type { KernelLayout } from './kernel_layouts.js';

/**
 * The facts about a class of layers that gan-kit cannot see from a layer. A layer class of your own states them in a
 * static member `traits`. An omitted boolean is false; without `draws` the layer draws no random numbers.
 *
 * @example
 * ```ts
 * import { square } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { layers } from '@tensorflow/tfjs-layers';
 * import type { LayerTraits } from 'gan-kit/layers';
 *
 * class Square extends layers.Layer {
 *   static readonly className = 'Square';
 *   static readonly traits: LayerTraits = { independentSamples: true };
 *   override call(inputs: Tensor | Tensor[]): Tensor {
 *     return square(Array.isArray(inputs) ? inputs[0]! : inputs);
 *   }
 * }
 * ```
 */
export interface LayerTraits {
  /**
   * Whether the output for a sample depends only on that sample, also in training, so that real and generated
   * samples may share one pass. Default false.
   */
  readonly independentSamples?: boolean;
  /**
   * Whether training normalizes by statistics of the batch. The samples then affect each other, and a penalty on
   * the gradient of each sample is not well defined.
   */
  readonly batchStatistics?: boolean;
  /** The random numbers that it draws: masks that a `seed` makes repeatable, or numbers that cannot be repeated. */
  readonly draws?: 'masks by seed' | 'uncounted';
  /** @internal Whether it only changes how other layers run: paths and weights are the same as without it. */
  readonly transparent?: boolean;
  /** @internal The kernels that a wrapper can reparametrize. */
  readonly kernels?: readonly KernelLayout[];
}

const EACH: LayerTraits = { independentSamples: true };
const BATCH: LayerTraits = { batchStatistics: true };
const MASKS: LayerTraits = { independentSamples: true, draws: 'masks by seed' };
const UNCOUNTED: LayerTraits = { draws: 'uncounted' };
const kernels = (...layouts: readonly KernelLayout[]): LayerTraits => ({
  ...EACH,
  kernels: layouts,
});

/** The traits of tfjs's layers and of gan-kit's, by class name. This is the only list of them. */
const TRAITS: Readonly<Record<string, LayerTraits>> = {
  Dense: kernels(KERNEL),
  Conv1D: kernels(KERNEL),
  Conv2D: kernels(KERNEL),
  GanKitConv2D: kernels(KERNEL),
  Conv3D: kernels(KERNEL),
  // [kH, kW, out, in]: the outputs are the last axis but one
  Conv2DTranspose: kernels(transposed(0, 1, 3, 2)),
  GanKitConv2DTranspose: kernels(transposed(0, 1, 3, 2)),
  Conv3DTranspose: kernels(transposed(0, 1, 2, 4, 3)),
  DepthwiseConv2D: kernels(DEPTHWISE),
  SeparableConv2D: kernels(DEPTHWISE, POINTWISE),
  Embedding: kernels(EMBEDDINGS),
  GanKitSelfAttention: kernels(...ATTENTION),
  GanKitProjection: kernels(KERNEL, EMBEDDINGS),
  ...named(EACH, 'InputLayer', 'Flatten', 'Reshape', 'Permute', 'RepeatVector'),
  ...named(EACH, 'ZeroPadding2D', 'Cropping2D', 'UpSampling2D', 'GanKitReflectionPadding2D'),
  ...named(EACH, 'Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'Softmax', 'GanKitLeakyReLU'),
  ...named(EACH, 'LayerNormalization', 'GanKitInstanceNormalization', 'GanKitGroupNormalization'),
  ...named(
    EACH,
    'GanKitDropout',
    'GanKitGaussianNoise',
    'GanKitPixelShuffle',
    'GanKitImageSize',
    'GanKitUpSampling2D',
  ),
  ...named(EACH, 'GanKitPixelNormalization', 'GanKitGlobalSumPooling2D'),
  ...named(EACH, 'MaxPooling1D', 'MaxPooling2D', 'AveragePooling1D', 'AveragePooling2D'),
  ...named(EACH, 'GlobalAveragePooling1D', 'GlobalAveragePooling2D', 'GlobalMaxPooling2D'),
  ...named(EACH, 'Add', 'Multiply', 'Average', 'Maximum', 'Concatenate', 'Dot', 'GanKitFade'),
  ...named(MASKS, 'Dropout', 'SpatialDropout1D'),
  ...named(UNCOUNTED, 'GaussianNoise', 'GaussianDropout', 'AlphaDropout'),
  ...named({ transparent: true }, 'GanKitRecompute'),
  ...named(BATCH, 'BatchNormalization', 'GanKitBatchNormalization'),
  GanKitConditionalBatchNormalization: BATCH,
};

/** Assigns the same traits to several classes. */
function named(traits: LayerTraits, ...classes: readonly string[]): Record<string, LayerTraits> {
  return Object.fromEntries(classes.map((name) => [name, traits]));
}

/** Returns the traits of a layer: those of its class, else those of the class's name in the table. */
export function traitsOf(layer: layers.Layer): LayerTraits {
  const { traits } = layer.constructor as { traits?: LayerTraits };
  return traits ?? TRAITS[layer.getClassName()] ?? {};
}

/** Lists the classes whose kernels can be reparametrized, without those whose only layout is `except`. */
export const classesWithKernels = ({ except }: { except?: KernelLayout } = {}): readonly string[] =>
  Object.keys(TRAITS).filter((name) => TRAITS[name]!.kernels?.some((layout) => layout !== except));
