import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Makes a function that lists parts of a model quick from the second time on, while the model has as many layers. */
export function oncePerModel<T>(list: (model: LayersModel) => T): (model: LayersModel) => T {
  const lists = new WeakMap<LayersModel, { readonly layers: number; readonly parts: T }>();
  return (model) => {
    const { length: layers } = model.layers;
    let known = lists.get(model);
    if (known?.layers !== layers) lists.set(model, (known = { layers, parts: list(model) }));
    return known.parts;
  };
}
