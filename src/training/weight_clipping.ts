import { clipByValue, tidy } from '@tensorflow/tfjs-core';
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { checkNumber, fail, isTensor } from '../internal/check.js';
import { freedIfThrown } from '../internal/freed_if_thrown.js';
import { callback } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import { installKernels } from '../kernels/install.js';
import { namedWeights } from '../layers/weights/named_weights.js';

/** Options of {@link clipWeights}. */
export interface ClipWeightsOptions {
  /** Layers whose weights stay as they are, for example normalizations; default none, as in the paper. */
  exclude?: (layer: layers.Layer) => boolean;
}

/**
 * Clamps trainable weights in place: θ ← min(max(θ, −c), c).
 *
 * Call it after each step of a Wasserstein critic, so that the generator sees bounded weights; running
 * statistics and other weights without a gradient are left alone. NaN stays NaN.
 *
 * @param target A model, or a list of variables.
 * @param limit c, above 0; the paper uses 0.01.
 * @param options `exclude`, for a model.
 * @throws GanKitError if the limit is not above 0 or the target is neither.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { clipWeights } from 'gan-kit/training';
 *
 * await loadBackend();
 * const critic = sequential({ layers: [layers.dense({ units: 1, inputShape: [3] })] });
 * clipWeights(critic, 0.01);
 * clipWeights(critic, 0.01, { exclude: (layer) => layer.getClassName() === 'BatchNormalization' });
 * ```
 *
 * @see Arjovsky et al. 2017, arXiv 1701.07875, algorithm 1, line 7
 */
export function clipWeights(
  target: LayersModel | readonly Variable[],
  limit: number,
  options: ClipWeightsOptions = {},
): void {
  const where = 'clipWeights';
  checkNumber(where, 'limit', limit, { above: 0 });
  const { exclude } = readOptions(where, options, {
    exclude: callback<(layer: layers.Layer) => boolean>({ default: () => false }),
  });
  const variables = freedIfThrown(() => variablesOf(where, target, exclude));
  installKernels(); // tfjs's clipping on wasm makes −c of NaN
  for (const variable of variables)
    tidy(() => variable.assign(clipByValue(variable, -limit, limit)));
}

function variablesOf(
  where: string,
  target: LayersModel | readonly Variable[],
  exclude: (layer: layers.Layer) => boolean,
): readonly Variable[] {
  if (isListOfVariables(target)) return target;
  if (!Array.isArray((target as Partial<LayersModel> | undefined)?.layers))
    fail('type', where, 'target', 'a LayersModel or an array of variables', target);
  const trainable = new Set(target.trainableWeights);
  return namedWeights(target)
    .filter(({ variable, layer }) => trainable.has(variable) && !exclude(layer))
    .map(({ variable }) => variable.read() as Variable);
}

function isListOfVariables(target: unknown): target is readonly Variable[] {
  return (
    Array.isArray(target) &&
    target.every((variable) => isTensor(variable) && 'assign' in variable && !variable.isDisposed)
  );
}
