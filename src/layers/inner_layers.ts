import type { layers } from '@tensorflow/tfjs-layers';
import { traitsOf } from './traits.js';

type Layer = layers.Layer;

/** Returns the layers of a model, with those inside transparent layers; `undefined` if the layer is not a model. */
export function layersOf(layer: Layer): readonly Layer[] | undefined {
  const { layers: inner } = layer as { layers?: readonly Layer[] };
  if (inner === undefined) return undefined;
  const all = inner.flatMap((one) => (traitsOf(one).transparent ? layersOf(one)! : [one]));
  return [...new Set(all)]; // two wrappers may share a layer
}

/** Returns the layers inside a layer: those of a nested model, or the one inside a wrapper. */
export function innerLayers(layer: Layer): readonly Layer[] {
  const { layer: wrapped } = layer as { layer?: Layer };
  return layersOf(layer) ?? (wrapped === undefined ? [] : [wrapped]);
}
