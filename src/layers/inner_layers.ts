import type { layers } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** A layer that only changes how others are run: paths and weights are as if it were not there. */
const TRANSPARENT = 'GanKitRecompute';

/** The layers of a model; `undefined` if the layer is not a model. */
export function layersOf(layer: Layer): readonly Layer[] | undefined {
  const { layers: inner } = layer as { layers?: readonly Layer[] };
  if (inner === undefined) return undefined;
  const all = inner.flatMap((one) => (one.getClassName() === TRANSPARENT ? layersOf(one)! : [one]));
  return [...new Set(all)]; // two wrappers may share a layer
}

/** The layers inside a layer: those of a nested model, or the one that a tfjs wrapper holds. */
export function innerLayers(layer: Layer): readonly Layer[] {
  const { layer: wrapped } = layer as { layer?: Layer };
  return layersOf(layer) ?? (wrapped === undefined ? [] : [wrapped]);
}
