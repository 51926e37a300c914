import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { arraysOf, isStateful, joinStates, partOf } from '../../internal/state.js';
import { innerLayers } from '../../layers/inner_layers.js';
import { namedLayers } from '../../layers/layer_names.js';
import { namedWeights } from '../../layers/weights/named_weights.js';
import type { NamedWeight } from '../../layers/weights/named_weights.js';
import type { SavedState, StateArray, Stateful } from '../../types.js';
import { withoutCounts } from './counted_names.js';
import { stateOf } from './joined_state.js';

type StatefulLayer = layers.Layer & Stateful;

const holdsState = (layer: layers.Layer) => isStateful(layer) || statefulLayers(layer).length > 0;
const holdsWeights = (layer: layers.Layer) => layer.weights.length > 0;

/** Lists layers with a state besides their weights: a dropout layer's place in its stream of masks. */
function statefulLayers(layer: layers.Layer, prefix = ''): [string, StatefulLayer][] {
  return namedLayers(innerLayers(layer)).flatMap<[string, StatefulLayer]>(([name, inner]) => {
    const path = `${prefix}${name}`;
    const own = isStateful(inner);
    const within = statefulLayers(inner, `${path}/`);
    return own ? [[path, inner], ...within] : within;
  });
}

/** Returns all weights of a model by path, and the states of its layers, as of the call. */
export async function modelState(model: LayersModel): Promise<SavedState> {
  const weights = namedWeights(model).map(({ path, variable }) => [path, variable.read()] as const);
  const [arrays, states] = await Promise.all([
    arraysOf(Object.fromEntries(weights)),
    stateOf(Object.fromEntries(statefulLayers(model))),
  ]);
  return joinStates({ weights: { values: {}, arrays }, layers: states });
}

/** Writes a state back; refuses one whose weights do not fit before it changes any. */
export async function restoreModel(model: LayersModel, state: SavedState): Promise<void> {
  const weights = withoutCounts(model, partOf(state, 'weights'), holdsWeights);
  const states = withoutCounts(model, partOf(state, 'layers'), holdsState);
  const saved = fittingArrays(namedWeights(model), weights.arrays);
  tidy(() => {
    // not by write, which would apply a constraint a second time
    for (const [{ variable }, { data, shape }] of saved)
      (variable.read() as Variable).assign(tensor(data, [...shape], 'float32'));
  });
  for (const [name, layer] of statefulLayers(model)) await layer.restore(partOf(states, name));
}

/** Pairs each weight with its array; refuses arrays that are missing, of another shape, or of an unknown weight. */
function fittingArrays(
  named: readonly NamedWeight[],
  arrays: SavedState['arrays'],
): [NamedWeight, StateArray][] {
  const refuse = (path: string, rule: string, array: StateArray | undefined): never => {
    const cut = path.lastIndexOf('/');
    const received = array === undefined ? 'no such weight' : `shape [${array.shape.join(',')}]`;
    fail('state', `layer '${path.slice(0, cut)}'`, path.slice(cut + 1), rule, received);
  };
  const own = new Set(named.map(({ path }) => path));
  const fitting = named.map((weight): [NamedWeight, StateArray] => {
    const { path, variable } = weight;
    const array = arrays[path];
    const shape = variable.shape as number[];
    if (array === undefined) return refuse(path, 'present', array);
    if (array.shape.join() !== shape.join())
      return refuse(path, `of shape [${shape.join(',')}]`, array);
    return [weight, array];
  });
  for (const [path, array] of Object.entries(arrays))
    if (!own.has(path)) refuse(path, 'absent, as there is no such layer or weight here', array);
  return fitting;
}
