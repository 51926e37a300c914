import type { layers } from '@tensorflow/tfjs-layers';
import { DEPTHWISE, EMBEDDINGS, KERNEL, POINTWISE, transposed } from './kernel_layouts.js';
import type { KernelLayout } from './kernel_layouts.js';

/**
 * What gan-kit knows of a kind of layer and cannot read off it. A layer class of your own says it with a static
 * member; what it leaves out is taken to be the more careful case.
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
   * Whether the output for a sample depends on that sample alone, also in training, so that real and generated
   * samples may share one pass. Default false.
   */
  readonly independentSamples?: boolean;
  /** Whether training normalizes by statistics of the batch, with which a penalty of each sample is at odds. */
  readonly batchStatistics?: boolean;
  /** Whether it draws masks that a `seed` makes repeatable, or numbers that nothing does. */
  readonly draws?: 'masks by seed' | 'uncounted';
  /** @internal Whether it only changes how others are run: paths and weights are as if it were not there. */
  readonly transparent?: boolean;
  /** @internal Where it keeps kernels that a wrapper can reparametrize. */
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

/** The traits of tfjs's layers and of gan-kit's, by class name: the one place that lists them. */
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
  ...named(EACH, 'InputLayer', 'Flatten', 'Reshape', 'Permute', 'RepeatVector'),
  ...named(EACH, 'ZeroPadding2D', 'Cropping2D', 'UpSampling2D', 'GanKitReflectionPadding2D'),
  ...named(EACH, 'Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'Softmax', 'GanKitLeakyReLU'),
  ...named(EACH, 'LayerNormalization', 'GanKitInstanceNormalization', 'GanKitGroupNormalization'),
  ...named(EACH, 'GanKitDropout', 'GanKitPixelShuffle', 'GanKitImageSize'),
  ...named(EACH, 'MaxPooling1D', 'MaxPooling2D', 'AveragePooling1D', 'AveragePooling2D'),
  ...named(EACH, 'GlobalAveragePooling1D', 'GlobalAveragePooling2D', 'GlobalMaxPooling2D'),
  ...named(EACH, 'Add', 'Multiply', 'Average', 'Maximum', 'Concatenate', 'Dot'),
  ...named(MASKS, 'Dropout', 'SpatialDropout1D'),
  ...named(UNCOUNTED, 'GaussianNoise', 'GaussianDropout', 'AlphaDropout'),
  ...named({ transparent: true }, 'GanKitRecompute'),
  ...named(BATCH, 'BatchNormalization', 'GanKitBatchNormalization'),
};

/** The same traits for several classes. */
function named(traits: LayerTraits, ...classes: readonly string[]): Record<string, LayerTraits> {
  return Object.fromEntries(classes.map((name) => [name, traits]));
}

/** Reads what is known of a layer: what its class says, else what the table says of the class's name. */
export function traitsOf(layer: layers.Layer): LayerTraits {
  const { traits } = layer.constructor as { traits?: LayerTraits };
  return traits ?? TRAITS[layer.getClassName()] ?? {};
}

/** Lists the classes whose kernels can be reparametrized, without those of one kind of kernel. */
export const classesWithKernels = ({ except }: { except?: KernelLayout } = {}): readonly string[] =>
  Object.keys(TRAITS).filter((name) => TRAITS[name]!.kernels?.some((layout) => layout !== except));
