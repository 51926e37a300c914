import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { arrayFrom, joinStates, partOf } from '../internal/state.js';
import { innerLayers } from '../layers/inner_layers.js';
import { namedWeights } from '../layers/named_weights.js';
import type { PieceState, StateArray, Stateful } from '../types.js';

type StatefulLayer = layers.Layer & Stateful;

/** Layers with a state beside their weights: a dropout layer's place in its stream of masks. */
function statefulLayers(layer: layers.Layer, prefix = ''): [string, StatefulLayer][] {
  return innerLayers(layer).flatMap<[string, StatefulLayer]>((inner) => {
    const path = `${prefix}${inner.name}`;
    const own = 'state' in inner && 'restore' in inner;
    const within = statefulLayers(inner, `${path}/`);
    return own ? [[path, inner as StatefulLayer], ...within] : within;
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
  const weights = partOf(state, 'weights');
  const named = namedWeights(model);
  const saved = named.map(({ path, variable }) =>
    arrayFrom('restore', weights, path, variable.shape as number[]),
  );
  tidy(() =>
    named.forEach(({ variable }, i) =>
      variable.write(tensor(saved[i]!.data, [...saved[i]!.shape], 'float32')),
    ),
  );
  for (const [name, layer] of statefulLayers(model))
    await layer.restore(partOf(partOf(state, 'layers'), name));
}
