import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { allOrNothing } from '../../internal/freed_if_thrown.js';
import { LPIPS_BACKBONES } from '../../io/pytorch/architectures/lpips.js';
import { loadWeights } from '../../io/pytorch/load_weights.js';
import { emptyBackbone, LPIPS_PLANS } from '../../models/lpips_backbone.js';
import type { LPIPSBackbone } from '../../models/lpips_backbone.js';
import { bytesOf, readStateDict } from '../weights_file.js';
import type { WeightsFile } from '../weights_file.js';

/** The names of the weights of torchvision's dense layers, which follow the features. */
const CLASSIFIER = /(^|\.)classifier\.\d+\.(weight|bias)$/;
/** The names of the weights of linear layers: module 1 after a dropout, as published, or else module 0. */
const LINEAR = /(?:^|\.)lins?\.?(\d)\.model\.[01]\.weight$/;

/** Builds the feature layers of a classifier of torchvision, with the weights of its file. */
export async function readBackbone(
  where: string,
  network: LPIPSBackbone,
  file: WeightsFile,
): Promise<LayersModel> {
  const stateDict = await readStateDict(await bytesOf(where, 'backbone', file));
  const features = Object.entries(stateDict).filter(([key]) => !CLASSIFIER.test(key));
  return allOrNothing(() => {
    const model = emptyBackbone(network);
    const architecture = LPIPS_BACKBONES[network];
    loadWeights(where, model, architecture, Object.fromEntries(features), { strict: true });
    return model;
  });
}

/** Reads the weights w of each layer from lpips' file of linear layers. */
export async function readLinear(
  where: string,
  network: LPIPSBackbone,
  file: WeightsFile,
): Promise<Float32Array[]> {
  const stateDict = await readStateDict(await bytesOf(where, 'linear', file));
  const found = new Map<number, Float32Array>();
  for (const [key, { data }] of Object.entries(stateDict)) {
    const layer = LINEAR.exec(key)?.[1];
    if (layer !== undefined) found.set(Number(layer), Float32Array.from(data));
  }
  const expected = LPIPS_PLANS[network].stages.map((stage) => stage.at(-1)![0]);
  const sizes = expected.map((_, k) => found.get(k)?.length ?? 0);
  if (found.size !== expected.length || sizes.some((size, k) => size !== expected[k]))
    fail(
      'shape',
      where,
      'linear',
      `a file of lin0 … lin4 with ${expected.join(', ')} weights, as lpips has for '${network}'`,
      found.size === 0 ? Object.keys(stateDict) : [...found].map(([, { length }]) => length),
      'lpips has one file for each network: weights/v0.1/alex.pth and vgg.pth in its package.',
    );
  for (const [layer, weights] of found)
    if (!weights.every((weight) => weight >= 0 && Number.isFinite(weight)))
      fail('value', where, 'linear', 'of finite weights from 0 on', `others in lin${layer}`);
  return expected.map((_, k) => found.get(k)!);
}
