import { dispose } from '@tensorflow/tfjs-core';
import type { serialization } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { allOrNothing } from '../../internal/freed_if_thrown.js';
import { innerLayers } from '../inner_layers.js';
import { Reparametrized } from '../reparametrization/reparametrized.js';
import { deserializeLayer } from '../serialization/deserialize_layer.js';
import type { SerializedLayer } from '../serialization/deserialize_layer.js';
import { SpectralNormalization } from './spectral_normalization.js';
import { checkModel } from './spectral_norms.js';

type ConfigValue = serialization.ConfigDict[string];

/** The config entries that are taken from the wrapper, because the model refers to the layer by them. */
const PLACE = new Set(['name', 'trainable', 'batchInputShape', 'dtype']);

/** Copies a config, and replaces every wrapper in it by the wrapped layer, under the wrapper's name. */
function unwrap(value: ConfigValue): ConfigValue {
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== 'object' || value === null) return value;
  if (value['className'] !== SpectralNormalization.className)
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, unwrap(entry)]));
  const outer = value['config'] as serialization.ConfigDict;
  const { className, config } = outer['layer'] as SerializedLayer;
  const place = Object.fromEntries(Object.entries(outer).filter(([key]) => PLACE.has(key)));
  return { ...value, className, config: { ...config, ...place } };
}

/** Copies weights layer by layer, with W/σ in place of W. */
function bake(from: layers.Layer, to: layers.Layer): void {
  if (from instanceof SpectralNormalization) {
    const weights = from.normalizedWeights();
    to.setWeights(weights);
    dispose(weights);
    return;
  }
  const inner = from instanceof Reparametrized ? [] : innerLayers(from);
  if (inner.length === 0) to.setWeights(from.getWeights());
  const copies = new Map(innerLayers(to).map((layer) => [layer.name, layer]));
  for (const layer of inner) bake(layer, copies.get(layer.name)!);
}

/**
 * Copies a model, and replaces each {@link SpectralNormalization} layer by the wrapped layer with the
 * kernel W/σ, for inference or for export to programs without the wrapper.
 *
 * Predictions are those of the model up to rounding; u and v are not advanced (PyTorch's removal
 * advances them once in training mode). Layers keep the names they have in the model. The copy is
 * not compiled, and state outside the weights, such as the position of a random stream, is reset.
 *
 * @param model A sequential or functional model that is built; it may contain other models. It is not changed.
 * @returns The copy, with its own weights; the caller disposes of it.
 * @throws GanKitError if `model` is not a model or is not built.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { removeSpectralNormalization, spectralNormalization } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const dense = tf.layers.dense({ inputShape: [4], units: 2 });
 * const critic = tf.sequential({ layers: [spectralNormalization({ layer: dense })] });
 * const plain = removeSpectralNormalization(critic);
 * ```
 */
export function removeSpectralNormalization(model: LayersModel): LayersModel {
  const where = 'removeSpectralNormalization';
  checkModel(where, model);
  if (model.layers.length === 0)
    fail('state', where, 'model', 'a model with layers', 'an empty one');
  const config = unwrap(model.getConfig()) as serialization.ConfigDict;
  return allOrNothing(() => {
    const copy = deserializeLayer<LayersModel>(where, { className: model.getClassName(), config });
    bake(model, copy);
    return copy;
  });
}
