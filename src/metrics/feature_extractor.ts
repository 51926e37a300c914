import { mean, reshape, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { model as modelOf } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail, isTensor } from '../internal/check.js';
import { freedIfThrown } from '../internal/freed_if_thrown.js';
import { oneOf, string } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';

/** Images to features, one row each; any such function will do, `featureExtractor` makes them of models. */
export type Features = (images: Tensor) => Promise<Tensor2D>;

/** What is needed of the GraphModel of `@tensorflow/tfjs-converter`, which need not be installed. */
export interface GraphModelLike {
  /** Computes the named nodes; throws where the graph has control flow. */
  execute(inputs: Tensor, outputs: string): Tensor | Tensor[];
  /** The same, for graphs with control flow, too. */
  executeAsync(inputs: Tensor, outputs: string): Promise<Tensor | Tensor[]>;
}

/** Options of {@link featureExtractor}. */
export interface FeatureExtractorOptions {
  /** The name of a layer of a LayersModel (`model.summary()` lists them), or of a node of a GraphModel. */
  layer: string;
  /**
   * What becomes of feature maps [N, …, d]: their `'mean'` over all places, the default, as metrics have
   * it, or all of them `'flat'`.
   */
  maps?: 'mean' | 'flat';
}

const WHERE = 'featureExtractor';

/**
 * The features that a model has of images at one of its layers, for metrics.
 *
 * Scores are comparable only between features of the same network, weights, layer and preparation of
 * images. They are called FID, KID or Inception Score only with those of `inceptionFeatures`.
 *
 * @param model A LayersModel, or a GraphModel of one input. It stays the caller's, and computes no
 *   layers that the features do not need.
 * @param options `layer`; `maps`: `'mean'` (default) or `'flat'`.
 * @returns A function of images, as the model expects them, to features [N, d], which the caller owns.
 *   It keeps nothing.
 * @throws GanKitError if there is no such layer, or it has no features: of a graph when the function is
 *   called first.
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

/** Computes one output and makes features of it. */
type Run = (images: Tensor, features: (output: Tensor) => Tensor2D) => Promise<Tensor2D>;

const isLayersModel = (model: LayersModel | GraphModelLike): model is LayersModel =>
  Array.isArray((model as LayersModel | undefined)?.layers);

/** A model of the same layers that ends at one of them; it holds no weights of its own. */
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
      // executeAsync of a graph without control flow warns that it need not have been called
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

/** One row of float32 for each image. */
function rows(layer: string, output: Tensor, count: number, maps: 'mean' | 'flat'): Tensor2D {
  if (!isTensor(output) || output.isDisposed || output.rank < 2 || output.shape[0] !== count)
    fail('value', WHERE, 'layer', `one with a row for each of ${count} images`, output, layer);
  if (output.rank === 2) return output.clone() as Tensor2D; // it may be the images themselves
  if (maps === 'flat') return reshape(output, [count, -1]);
  const places = output.shape.slice(1, -1).map((_, i) => i + 1);
  return mean(output, places);
}
