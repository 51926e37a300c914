import type { layers } from '@tensorflow/tfjs-layers';
import { innerLayers } from '../layers/inner_layers.js';

/** Classes whose output for a sample depends on that sample alone, also in training. */
const INDEPENDENT = new Set([
  ...['InputLayer', 'Dense', 'Flatten', 'Reshape', 'Permute', 'RepeatVector', 'Embedding'],
  ...['Conv1D', 'Conv2D', 'Conv3D', 'Conv2DTranspose', 'Conv3DTranspose', 'GanKitConv2D'],
  ...['DepthwiseConv2D', 'SeparableConv2D', 'ZeroPadding2D', 'Cropping2D', 'UpSampling2D'],
  ...['Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'Softmax', 'GanKitLeakyReLU'],
  ...['Dropout', 'SpatialDropout1D', 'GanKitDropout', 'LayerNormalization'],
  ...['GanKitInstanceNormalization', 'GanKitGroupNormalization', 'GanKitReflectionPadding2D'],
  ...['GanKitConv2DTranspose', 'GanKitPixelShuffle', 'GanKitImageSize'],
  ...['MaxPooling1D', 'MaxPooling2D', 'AveragePooling1D', 'AveragePooling2D'],
  ...['GlobalAveragePooling1D', 'GlobalAveragePooling2D', 'GlobalMaxPooling2D'],
  ...['Add', 'Multiply', 'Average', 'Maximum', 'Concatenate', 'Dot'],
]);

/**
 * Whether a network is known to treat each sample by itself, so that two batches may go through it
 * as one. Batch normalization couples samples; a layer that is not known might.
 */
export function samplesAreIndependent(network: layers.Layer): boolean {
  const inner = innerLayers(network);
  return inner.length > 0
    ? inner.every(samplesAreIndependent)
    : INDEPENDENT.has(network.getClassName()) && !joinsSamples(network);
}

/** Whether a layer works along axis 0, as Concatenate and Dot may be told to. */
function joinsSamples(layer: layers.Layer): boolean {
  const { axis, axes } = layer.getConfig();
  return [axis, axes].flat().includes(0);
}
