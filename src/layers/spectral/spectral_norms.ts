import { dispose, stack } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { innerLayers } from '../inner_layers.js';
import { namedLayers } from '../layer_names.js';
import { SpectralNormalization } from './spectral_normalization.js';

/** Refuses a value that is not a model. */
export function checkModel(where: string, model: unknown): asserts model is LayersModel {
  if (!Array.isArray((model as LayersModel | undefined)?.layers))
    fail('type', where, 'model', 'a LayersModel', model);
}

/** Finds every spectrally normalized layer with its path in the model; lists a shared layer once. */
function spectralLayers(where: string, model: LayersModel): Map<SpectralNormalization, string> {
  checkModel(where, model);
  const found = new Map<SpectralNormalization, string>();
  const visit = (layer: layers.Layer, path: string) => {
    if (layer instanceof SpectralNormalization) {
      if (!found.has(layer)) found.set(layer, path);
    } else
      for (const [name, inner] of namedLayers(innerLayers(layer))) visit(inner, `${path}/${name}`);
  };
  for (const [name, layer] of namedLayers(innerLayers(model))) visit(layer, name);
  return found;
}

/**
 * Advances u and v of every {@link SpectralNormalization} layer of a model as one training call
 * would, by `powerIterations` rounds each.
 *
 * Call this once before the passes of a step, and run the passes inside {@link withFrozenPowerIteration}:
 * all of them then use the same σ.
 *
 * @param model The model; it may contain other models. A model without such layers is not changed.
 * @throws GanKitError if `model` is not a model or a layer of it is not built.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { advancePowerIteration, spectralNormalization } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const dense = tf.layers.dense({ inputShape: [4], units: 2 });
 * const critic = tf.sequential({ layers: [spectralNormalization({ layer: dense })] });
 * advancePowerIteration(critic);
 * ```
 */
export function advancePowerIteration(model: LayersModel): void {
  for (const layer of spectralLayers('advancePowerIteration', model).keys()) layer.powerIterate();
}

/**
 * Reads σ of the current W of every {@link SpectralNormalization} layer of a model, with one read-back.
 *
 * @param model The model; it may contain other models.
 * @returns σ by the layer's path in the model (`conv1`, `trunk/conv1`); for a layer with two kernels,
 *   by path and weight (`conv1/depthwise_kernel`). Empty if there are no such layers.
 * @throws GanKitError if `model` is not a model or a layer of it is not built.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { spectralNormalization, spectralNorms } from 'gan-kit/layers';
 *
 * await loadBackend();
 * const dense = tf.layers.dense({ inputShape: [4], units: 2, name: 'score' });
 * const critic = tf.sequential({ layers: [spectralNormalization({ layer: dense })] });
 * const { score } = await spectralNorms(critic);
 * ```
 */
export async function spectralNorms(model: LayersModel): Promise<Record<string, number>> {
  const sigmas: Record<string, Scalar> = {};
  for (const [layer, path] of spectralLayers('spectralNorms', model)) {
    const ofLayer = Object.entries(layer.sigma());
    for (const [weight, sigma] of ofLayer)
      sigmas[ofLayer.length === 1 ? path : `${path}/${weight}`] = sigma;
  }
  const names = Object.keys(sigmas);
  if (names.length === 0) return {};
  const together = stack(Object.values(sigmas));
  const values = await together.data();
  dispose([together, ...Object.values(sigmas)]);
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}
