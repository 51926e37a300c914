import type { layers } from '@tensorflow/tfjs-layers';
import { innerLayers } from '../../layers/inner_layers.js';
import { traitsOf } from '../../layers/traits.js';

/**
 * Returns whether a network surely treats each sample by itself, so that two batches may pass
 * through it as one. Batch normalization couples samples; an unknown layer might.
 */
export function samplesAreIndependent(network: layers.Layer): boolean {
  const inner = innerLayers(network);
  return inner.length > 0
    ? inner.every(samplesAreIndependent)
    : traitsOf(network).independentSamples === true && !joinsSamples(network);
}

/** Returns whether a layer works along axis 0, as Concatenate and Dot can. */
function joinsSamples(layer: layers.Layer): boolean {
  const { axis, axes } = layer.getConfig();
  return [axis, axes].flat().includes(0);
}
