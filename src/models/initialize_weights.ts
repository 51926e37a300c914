import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { checkBackend } from '../internal/check_backend.js';
import { number, seed } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import type { SchemaRead } from '../internal/read_options.js';
import { EqualizedLearningRate } from '../layers/reparametrization/equalized_learning_rate.js';
import { drawWeights, isKernel, isScale } from './draw_weights.js';

/** Options of {@link initializeWeights}. */
export interface InitializeWeightsOptions {
  /** Standard deviation of kernels and of normalization scales, above 0; default 0.02. */
  stddev?: number;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** Schema of the options of initial weights, also used by models. */
export const INITIAL_WEIGHTS: SchemaRead<InitializeWeightsOptions> = {
  stddev: number({ above: 0, default: 0.02 }),
  seed: seed(),
};

/**
 * Draws the weights of a model as DCGAN does: kernels from N(0, stddev²), normalization scales from
 * N(1, stddev²). Biases and offsets keep their values, 0 in a new model.
 *
 * Each weight has a random stream named after its path, so that adding a layer does not change the other
 * weights. Spectrally normalized layers adapt u and v to the new kernel, weight-normalized ones set g to its
 * length, and kernels with an equalized learning rate are drawn from N(0, 1), because the layer scales them.
 *
 * @param model A built model; its kernels and scales are overwritten.
 * @param options `stddev` > 0, `seed`.
 * @throws GanKitError if `model` is not a model or an option is out of range.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { initializeWeights } from 'gan-kit/models';
 *
 * await loadBackend();
 * const critic = sequential({ layers: [layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'zeros' })] });
 * initializeWeights(critic, { stddev: 0.02, seed: 7 });
 * ```
 *
 * @see Radford et al. 2015, arXiv 1511.06434, section 4
 */
export function initializeWeights(
  model: LayersModel,
  options: InitializeWeightsOptions = {},
): void {
  const where = 'initializeWeights';
  if (!Array.isArray((model as LayersModel | undefined)?.layers))
    fail('type', where, 'model', 'a LayersModel', model);
  const { stddev, seed } = readOptions(where, options, INITIAL_WEIGHTS);
  checkBackend(where);
  drawWeights(model, seed, (weight, stream) => {
    const shape = weight.variable.shape as number[];
    const isScaledInUse = weight.layer instanceof EqualizedLearningRate;
    if (isKernel(weight)) return stream.normal(shape, 0, isScaledInUse ? 1 : stddev);
    return isScale(weight) ? stream.normal(shape, 1, stddev) : undefined;
  });
}
