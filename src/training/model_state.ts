import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { arrayFrom, joinStates, partOf } from '../internal/state.js';
import { innerLayers } from '../layers/inner_layers.js';
import { namedLayers } from '../layers/layer_names.js';
import { namedWeights } from '../layers/named_weights.js';
import type { PieceState, StateArray, Stateful } from '../types.js';
import { withoutCounts } from './counted_names.js';

type StatefulLayer = layers.Layer & Stateful;

const isStateful = (layer: layers.Layer): layer is StatefulLayer =>
  'state' in layer && 'restore' in layer;
const holdsState = (layer: layers.Layer) => isStateful(layer) || statefulLayers(layer).length > 0;
const holdsWeights = (layer: layers.Layer) => layer.weights.length > 0;

/** Layers with a state beside their weights: a dropout layer's place in its stream of masks. */
function statefulLayers(layer: layers.Layer, prefix = ''): [string, StatefulLayer][] {
  return namedLayers(innerLayers(layer)).flatMap<[string, StatefulLayer]>(([name, inner]) => {
    const path = `${prefix}${name}`;
    const own = isStateful(inner);
    const within = statefulLayers(inner, `${path}/`);
    return own ? [[path, inner], ...within] : within;
  });
}

/** All weights of a model by path, and the states of its layers. */
export async function modelState(model: LayersModel): Promise<PieceState> {
  const arrays: Record<string, StateArray> = {};
  for (const { path, variable } of namedWeights(model)) {
    const values = (await variable.read().data()) as Float32Array;
    arrays[path] = { shape: variable.shape as number[], data: Float32Array.from(values) };
  }
  const layerStates: Record<string, PieceState> = {};
  for (const [name, layer] of statefulLayers(model)) layerStates[name] = await layer.state();
  return joinStates({ weights: { values: {}, arrays }, layers: joinStates(layerStates) });
}

/** Writes a state back; refuses one whose weights do not fit before it changes any. */
export async function restoreModel(model: LayersModel, state: PieceState): Promise<void> {
  const weights = withoutCounts(model, partOf(state, 'weights'), holdsWeights);
  const states = withoutCounts(model, partOf(state, 'layers'), holdsState);
  const named = namedWeights(model);
  const saved = named.map(({ path, variable }) =>
    arrayFrom('restore', weights, path, variable.shape as number[]),
  );
  tidy(() =>
    named.forEach(({ variable }, i) =>
      variable.write(tensor(saved[i]!.data, [...saved[i]!.shape], 'float32')),
    ),
  );
  for (const [name, layer] of statefulLayers(model)) await layer.restore(partOf(states, name));
}
