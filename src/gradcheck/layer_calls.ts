import { clone, dispose, keep, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { namedLayersOf } from '../layers/layer_names.js';

type Layer = layers.Layer;
type Call = Layer['call'];

/** The first call of a layer in a pass through its model. */
export interface LayerCall {
  readonly path: string;
  readonly layer: Layer;
  /** Copies, which the caller disposes. */
  readonly inputs: Tensor[];
  readonly kwargs: Parameters<Call>[1];
}

/** Lists the layers of a model and of models within it, with their paths. */
function leafLayers(model: LayersModel, prefix = ''): { path: string; layer: Layer }[] {
  return namedLayersOf(model)!.flatMap(([name, layer]) => {
    const path = `${prefix}${name}`;
    return namedLayersOf(layer) === undefined
      ? [{ path, layer }]
      : leafLayers(layer as unknown as LayersModel, `${path}/`);
  });
}

/** Runs a pass and records the inputs of each layer. */
export function recordLayerCalls(model: LayersModel, pass: () => Tensor): LayerCall[] {
  const calls: LayerCall[] = [];
  const watched: Layer[] = [];
  try {
    for (const { path, layer } of leafLayers(model)) {
      if (watched.includes(layer)) continue;
      const call: Call = layer.call.bind(layer);
      let seen = false;
      // an own property hides the method of the class until it is deleted
      layer.call = (inputs, kwargs) => {
        if (!seen && layer.getClassName() !== 'InputLayer') {
          seen = true;
          const given = Array.isArray(inputs) ? inputs : [inputs];
          calls.push({ path, layer, inputs: given.map((x) => keep(x.clone())), kwargs });
        }
        return call(inputs, kwargs);
      };
      watched.push(layer);
    }
    tidy(() => void pass());
    return calls;
  } catch (error) {
    for (const { inputs } of calls) dispose(inputs);
    throw error;
  } finally {
    for (const layer of watched) delete (layer as Partial<Layer>).call;
  }
}

/** Runs a pass and returns a layer's output in its first call, on the tape. */
export function outputOfLayer(layer: Layer, pass: () => unknown): Tensor {
  const call: Call = layer.call.bind(layer);
  let output: Tensor | undefined;
  layer.call = (inputs, kwargs) => {
    const made = call(inputs, kwargs);
    // a model tidies its layers' outputs, and some layers return their input
    output ??= keep(clone(Array.isArray(made) ? made[0]! : made));
    return made;
  };
  try {
    pass();
    return clone(output!);
  } finally {
    output?.dispose();
    delete (layer as Partial<Layer>).call;
  }
}
