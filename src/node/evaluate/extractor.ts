import type { GraphModel } from '@tensorflow/tfjs-converter';
import { dispose, io } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D, TensorContainer } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkTensor, fail, isTensor } from '../../internal/check.js';
import { freedIfThrown } from '../../internal/freed_if_thrown.js';
import { registerLayers } from '../../layers/serialization/register_layers.js';
import { featureExtractor } from '../../metrics/feature_extractor.js';
import { loadInceptionFeatures } from '../files/inception_file.js';
import { modelFile } from '../files/model_file.js';

/** The output of a network for N images; the caller owns both tensors. */
export interface Extracted {
  /** The features, [N, d]. */
  readonly features: Tensor2D;
  /** The logits of a classifier, [N, classes]. */
  readonly logits?: Tensor2D | undefined;
}

/** A network that computes features of images: Inception, a saved model or a module. */
export interface Extractor {
  /** The name of its features; see `scoreNames`. */
  readonly name: string;
  /** The values of a black and of a white pixel that it expects. */
  readonly range: readonly [number, number];
  /** Whether it has logits; undefined if only its answers show this. */
  readonly hasLogits: boolean | undefined;
  extract(images: Tensor4D): Promise<Extracted>;
  dispose(): void;
}

/** The function of images that a module of the user exports. */
type UserFunction = (images: Tensor4D) => Tensor2D | Extracted | Promise<Tensor2D | Extracted>;

/** The source of an extractor. */
export interface ExtractorSource {
  /** `'inception'`, the `.json` file of a tfjs model, or a module that exports a function. */
  readonly extractor: string;
  /** The file of the weights; for `'inception'` only. */
  readonly weights?: string | undefined;
  /** The layer, or node of a GraphModel, whose output is the features; for models only. */
  readonly layer?: string | undefined;
  /** The layer or node whose output is the logits of a classifier; for models only. */
  readonly logits?: string | undefined;
  /** The values of a black and of a white pixel; default [−1, 1]. Not used for `'inception'`, which has its own. */
  readonly range?: readonly [number, number] | undefined;
}

/** Opens an extractor; the caller disposes of it. */
export async function openExtractor(where: string, source: ExtractorSource): Promise<Extractor> {
  const { extractor, weights } = source;
  if (typeof extractor !== 'string' || extractor === '')
    fail('type', where, 'extractor', "'inception', or the path of a model or a module", extractor);
  if (extractor === 'inception') return inception(where, weights);
  await checkFile(where, 'extractor', extractor);
  if (weights !== undefined)
    fail('value', where, 'weights', "left out but for the extractor 'inception'", weights);
  return extractor.endsWith('.json') ? savedModel(where, source) : userModule(where, source);
}

async function checkFile(where: string, parameter: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) fail('value', where, parameter, 'a file that exists', path);
}

async function inception(where: string, weights: string | undefined): Promise<Extractor> {
  if (weights === undefined)
    fail(
      ...(['value', where, 'weights', "a path, with the extractor 'inception'", weights] as const),
      'The file of torch-fidelity and pytorch-fid, weights-inception-2015-12-05-6726825d.pth; nothing is downloaded by itself.',
    );
  await checkFile(where, 'weights', weights);
  const network = await loadInceptionFeatures(weights, { pixels: 'bytes', quantize: 'none' });
  return {
    name: network.name,
    range: [0, 255],
    hasLogits: true,
    extract: (images) => network.extract(images),
    dispose: () => network.dispose(),
  };
}

/** The default values of a black and of a white pixel, for models and modules of a user. */
const RANGE = [-1, 1] as const;

async function savedModel(where: string, source: ExtractorSource): Promise<Extractor> {
  const { extractor: path, layer, logits, range = RANGE } = source;
  if (layer === undefined)
    fail('value', where, 'layer', 'the name of a layer, with a model', layer);
  const model = await loadModel(where, path);
  try {
    const features = featureExtractor(model, { layer });
    const classify = logits === undefined ? undefined : featureExtractor(model, { layer: logits });
    return {
      name: `${basename(path)}, ${layer}`,
      range,
      hasLogits: classify !== undefined,
      extract: async (images) => ({
        features: await features(images),
        ...(classify !== undefined && { logits: await classify(images) }),
      }),
      dispose: () => model.dispose(),
    };
  } catch (error) {
    model.dispose(); // the model has no such layer
    throw error;
  }
}

/** Loads a LayersModel or a GraphModel; tfjs writes both kinds as files of the same form. */
async function loadModel(where: string, path: string): Promise<LayersModel | GraphModel> {
  const artifacts = await modelFile(path).load!();
  const saved = io.fromMemory(artifacts);
  if (!('node' in artifacts.modelTopology!)) {
    registerLayers();
    return loadLayersModel(saved);
  }
  try {
    const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
    return await loadGraphModel(saved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    fail(
      ...(['value', where, 'extractor', 'a LayersModel', `the GraphModel ${path}`] as const),
      'GraphModels need @tensorflow/tfjs-converter: npm install @tensorflow/tfjs-converter',
    );
  }
}

async function userModule(where: string, source: ExtractorSource): Promise<Extractor> {
  const { extractor: path, layer, logits, range = RANGE } = source;
  for (const [name, value] of Object.entries({ layer, logits }))
    if (value !== undefined) fail('value', where, name, 'left out but for a model', value);
  const module = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
  if (typeof module.default !== 'function')
    fail('type', where, 'extractor', 'a module whose default export is a function', module.default);
  const call = module.default as UserFunction;
  return {
    ...{ name: basename(path), range, hasLogits: undefined },
    extract: async (images) => {
      const answer = await freedIfThrown(() => call(images));
      return checkedAnswer(where, answer, images.shape[0]);
    },
    dispose: () => undefined,
  };
}

/** Checks the result of a user's function; frees it if it is refused. */
function checkedAnswer(where: string, answer: unknown, count: number): Extracted {
  try {
    const { features, logits, ...others } = (
      isTensor(answer) ? { features: answer } : (answer ?? {})
    ) as Partial<Record<string, unknown>>;
    if (typeof answer !== 'object' || features === undefined || Object.keys(others).length > 0)
      fail(
        ...(['type', where, 'extractor', 'a function that returns features', answer] as const),
        'It is to return a tensor [images, d], or { features, logits } of such tensors.',
      );
    const shape = [count, null];
    checkTensor(where, 'features of extractor', features, { shape });
    if (logits !== undefined) checkTensor(where, 'logits of extractor', logits, { shape });
    return { features: features as Tensor2D, logits: logits as Tensor2D | undefined };
  } catch (error) {
    dispose(answer as TensorContainer);
    throw error;
  }
}
