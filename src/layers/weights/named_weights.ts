import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { namedLayersOf } from '../layer_names.js';

/** A weight of a layer: `read()` returns its value, `write()` replaces it. */
export type LayerVariable = layers.Layer['weights'][number];

/** A weight and its path in a model. */
export interface NamedWeight {
  /** `layer/weight`, and `model/layer/weight` inside a nested model. */
  readonly path: string;
  readonly layer: layers.Layer;
  readonly variable: LayerVariable;
}

/**
 * Lists the weights of a model with paths that depend only on the model.
 *
 * tfjs's own variable names contain counters of the whole process, and so do the names that it makes for
 * layers without a given name: a second model of the same architecture has other names. Here such a layer
 * is named by its class and its position, `dense_2` for the second Dense without a name in its model.
 * Checkpoints, {@link functionalCall} and the random streams of `initializeWeights` use these paths.
 *
 * @param model A built model.
 * @returns One entry per weight, trainable or not, layer by layer, in the order of each layer's `weights`.
 * @throws GanKitError if it is not a model.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { namedWeights } from 'gan-kit/layers';
 * import { dcganDiscriminator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const model = dcganDiscriminator({ imageShape: [28, 28, 1], filters: 4 });
 * const paths = namedWeights(model).map(({ path }) => path); // ['conv1/kernel', 'conv1/bias', …]
 * ```
 */
export function namedWeights(model: LayersModel): NamedWeight[] {
  if (!Array.isArray((model as LayersModel | undefined)?.layers))
    fail('type', 'namedWeights', 'model', 'a LayersModel', model);
  const named: NamedWeight[] = [];
  const taken = new Map<string, number>();
  const visit = (layer: layers.Layer, path: string): void => {
    const nested = namedLayersOf(layer);
    if (nested !== undefined) {
      for (const [name, inner] of nested) visit(inner, `${path}/${name}`);
      return;
    }
    for (const variable of layer.weights) {
      const base = `${path}/${shortName(variable)}`;
      const count = taken.get(base) ?? 0;
      taken.set(base, count + 1);
      named.push({ path: count === 0 ? base : `${base}_${count}`, layer, variable });
    }
  };
  for (const [name, layer] of namedLayersOf(model)!) visit(layer, name);
  return named;
}

/** Maps `conv2d_Conv2D1/kernel` to `kernel`: tfjs puts the layer's name before that of a weight. */
function shortName(variable: LayerVariable): string {
  const name = variable.originalName;
  return name.slice(name.lastIndexOf('/') + 1);
}
