import type { layers } from '@tensorflow/tfjs-layers';
import { innerLayers } from '../../layers/inner_layers.js';
import { traitsOf } from '../../layers/traits.js';

/**
 * Whether a network is known to treat each sample by itself, so that two batches may go through it
 * as one. Batch normalization couples samples; a layer that is not known might.
 */
export function samplesAreIndependent(network: layers.Layer): boolean {
  const inner = innerLayers(network);
  return inner.length > 0
    ? inner.every(samplesAreIndependent)
    : traitsOf(network).independentSamples === true && !joinsSamples(network);
}

/** Whether a layer works along axis 0, as Concatenate and Dot may be told to. */
function joinsSamples(layer: layers.Layer): boolean {
  const { axis, axes } = layer.getConfig();
  return [axis, axes].flat().includes(0);
}
