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

/** What a network says of images; the caller owns both. */
export interface Extracted {
  /** [N, d]. */
  readonly features: Tensor2D;
  /** [N, classes], of a classifier. */
  readonly logits?: Tensor2D | undefined;
}

/** A network that judges images, whatever it was made from. */
export interface Extractor {
  /** What its scores are named after; see `scoreNames`. */
  readonly name: string;
  /** The values of a black and of a white pixel that it wants. */
  readonly range: readonly [number, number];
  /** Whether it has logits; undefined until the first answer. */
  readonly hasLogits: boolean | undefined;
  extract(images: Tensor4D): Promise<Extracted>;
  dispose(): void;
}

/** A function of images, as a module of the user's may export it. */
type UserFunction = (images: Tensor4D) => Tensor2D | Extracted | Promise<Tensor2D | Extracted>;

/** Where an extractor comes from. */
export interface ExtractorSource {
  /** `'inception'`, the `.json` file of a tfjs model, or a module that exports a function. */
  readonly extractor: string;
  /** Of `'inception'`: the file of its weights. */
  readonly weights?: string | undefined;
  /** Of a model: the layer, or node of a GraphModel, whose output are the features. */
  readonly layer?: string | undefined;
  /** Of a model: the layer or node whose output are the logits of a classifier. */
  readonly logits?: string | undefined;
  /** The values of a black and of a white pixel; Inception has its own. */
  readonly range?: readonly [number, number] | undefined;
}

/** Opens an extractor; `dispose()` it in the end. */
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

/** The values of a black and of a white pixel, for models and modules of a user. */
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
    model.dispose(); // a layer that the model has not
    throw error;
  }
}

/** tfjs has two kinds of models, in files of one form. */
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

/** Checks what a function of the user's returned; what is refused is freed. */
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
