import { mean, reshape, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { model as modelOf } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail, isTensor } from '../internal/check.js';
import { freedIfThrown } from '../internal/freed_if_thrown.js';
import { oneOf, string } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';

/**
 * A function from images to features, one row for each image. {@link featureExtractor} makes one from a model;
 * any other function of this type works as well.
 */
export type Features = (images: Tensor) => Promise<Tensor2D>;

/** The used part of a GraphModel of `@tensorflow/tfjs-converter`, which need not be installed. */
export interface GraphModelLike {
  /** Computes the named node; throws if the graph has control flow. */
  execute(inputs: Tensor, outputs: string): Tensor | Tensor[];
  /** Computes the named node of any graph, with or without control flow. */
  executeAsync(inputs: Tensor, outputs: string): Promise<Tensor | Tensor[]>;
}

/** Options of {@link featureExtractor}. */
export interface FeatureExtractorOptions {
  /** Name of a layer of a LayersModel (`model.summary()` lists them), or of a node of a GraphModel. */
  layer: string;
  /**
   * Treatment of feature maps [N, …, d]: `'mean'`, the default, takes their mean over all places, as metrics
   * do; `'flat'` puts all their values in one row.
   */
  maps?: 'mean' | 'flat';
}

const WHERE = 'featureExtractor';

/**
 * Makes a function that computes features of images at one layer of a model, for metrics.
 *
 * Scores are comparable only between features of the same network, weights, layer and preparation of
 * images. They are called FID, KID or Inception Score only with the features of `inceptionFeatures`.
 *
 * @param model A LayersModel, or a GraphModel of one input. The caller keeps it. Layers that the features
 *   do not need are not computed.
 * @param options `layer`; `maps`: `'mean'` (default) or `'flat'`.
 * @returns A function from images, as the model expects them, to features [N, d], which the caller owns.
 *   The function itself holds no tensors.
 * @throws GanKitError if a LayersModel has no such layer, or the layer has several outputs. The function
 *   throws one if a graph has no such node, or the output does not have a row for each image.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { featureExtractor } from 'gan-kit/metrics';
 * import { dcganDiscriminator } from 'gan-kit/models';
 *
 * await loadBackend();
 * const model = dcganDiscriminator({ imageShape: [32, 32, 3], filters: 4 });
 * const features = featureExtractor(model, { layer: 'conv3_act' });
 * console.log((await features(zeros([5, 32, 32, 3]))).shape); // → [ 5, 16 ]
 * ```
 */
export function featureExtractor(
  model: LayersModel | GraphModelLike,
  options: FeatureExtractorOptions,
): Features {
  const { layer, maps } = readOptions(WHERE, options, {
    layer: string(),
    maps: oneOf(['mean', 'flat'], { default: 'mean' }),
  });
  const run = isLayersModel(model) ? layerOf(model, layer) : nodeOf(model, layer);
  return async (images) => {
    checkTensor(WHERE, 'images', images, { minRank: 2, dtype: 'any' });
    return run(images, (output) => rows(layer, output, images.shape[0], maps));
  };
}

/** A function that computes one output of a model for images, and returns the features made from it. */
type Run = (images: Tensor, features: (output: Tensor) => Tensor2D) => Promise<Tensor2D>;

const isLayersModel = (model: LayersModel | GraphModelLike): model is LayersModel =>
  Array.isArray((model as LayersModel | undefined)?.layers);

/** Runs a model up to one of its layers; it shares the weights of the whole model. */
function layerOf(whole: LayersModel, name: string): Run {
  const layer = whole.layers.find((one) => one.name === name);
  if (layer === undefined)
    fail('value', WHERE, 'layer', "one of the model's", name, namesOf(whole));
  const { output } = layer;
  if (Array.isArray(output)) fail('value', WHERE, 'layer', 'one of a single output', name);
  const part = modelOf({ inputs: whole.inputs, outputs: output });
  const { shape } = whole.inputs[0]!;
  return async (images, features) => {
    checkTensor(WHERE, 'images', images, { shape, dtype: 'any' });
    return tidy(() =>
      features(part.predict(images, { batchSize: Math.max(images.shape[0], 1) }) as Tensor),
    );
  };
}

function namesOf({ layers }: LayersModel): string {
  const names = layers.map(({ name }) => name);
  const more = names.length > 40 ? ` and ${names.length - 40} more` : '';
  return `It has ${names.slice(0, 40).join(', ')}${more}.`;
}

function nodeOf(model: GraphModelLike, name: string): Run {
  const { execute, executeAsync } = (model ?? {}) as Partial<GraphModelLike>;
  if (typeof execute !== 'function' || typeof executeAsync !== 'function')
    fail('type', WHERE, 'model', 'a LayersModel or a GraphModel', model);
  const single = (output: Tensor | Tensor[]) =>
    (Array.isArray(output) ? output[0] : output) as Tensor;
  let hasControlFlow = false;
  return async (images, features) => {
    try {
      // executeAsync warns if a graph has no control flow and does not need it
      if (!hasControlFlow) return tidy(() => features(single(model.execute(images, name))));
    } catch (error) {
      if (String(error).includes('not found in the graph'))
        fail('value', WHERE, 'layer', 'a node of the graph', name);
      if (!String(error).includes('executeAsync')) throw error;
      hasControlFlow = true;
    }
    const output = single(await freedIfThrown(() => model.executeAsync(images, name)));
    try {
      return tidy(() => features(output));
    } finally {
      if (output !== images) output.dispose();
    }
  };
}

/** Makes one row of features for each image. */
function rows(layer: string, output: Tensor, count: number, maps: 'mean' | 'flat'): Tensor2D {
  if (!isTensor(output) || output.isDisposed || output.rank < 2 || output.shape[0] !== count)
    fail('value', WHERE, 'layer', `one with a row for each of ${count} images`, output, layer);
  if (output.rank === 2) return output.clone() as Tensor2D; // it may be the images themselves
  if (maps === 'flat') return reshape(output, [count, -1]);
  const places = output.shape.slice(1, -1).map((_, i) => i + 1);
  return mean(output, places);
}
