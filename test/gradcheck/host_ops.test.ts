import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { setBackend } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { OPS } from './catalogue.js';
import { verdictsOf } from './verdicts.js';

/*
 * What stock tfjs says, before gan-kit touches it, so that a release of tfjs that mends an op makes
 * itself known here. First and second order on cpu, then on wasm; ops that are not listed are right.
 */
const STOCK: Record<string, readonly string[]> = {
  'right, throws / right, throws': [
    'clipByValue',
    'elu',
    'leakyRelu',
    'relu6',
    'selu',
    'pow, both',
    'prelu',
    'maximum',
    'minimum',
    'logSumExp',
    'max',
    'min',
    'avgPool',
    'maxPool3d',
    'localResponseNormalization',
  ],
  'right, wrong / right, wrong': [
    'exp',
    'sigmoid',
    'swish',
    'tanh',
    'logSoftmax',
    'softmax',
    'sigmoidCrossEntropy',
  ],
  'throws, throws / throws, throws': [
    'logSigmoid',
    'where, condition from x',
    'maximum, two shapes',
    'minimum, two shapes',
    'squaredDifference, two shapes',
    'cumsum, inner axis',
    'prod',
    'prod, all axes',
    'einsum',
    'einsum, one operand',
    'conv3dTranspose',
    'depthToSpace',
    'stridedSlice',
    'stridedSlice, backwards',
  ],
  'wrong, wrong / wrong, wrong': ['softmaxCrossEntropy'],
  // second order through the filter, and on wasm any order
  'right, throws / throws, throws': [
    'conv1d',
    'conv2d',
    'conv2d, stride 2',
    'conv2dTranspose',
    'depthwiseConv2d',
    'depthwiseConv2d, stride 2',
    'separableConv2d',
    'fused conv2d, leakyrelu',
  ],
  'right, throws / wrong, throws': ['conv3d', 'maxPool', "maxPool, 'same', negative"],
  'wrong, throws / wrong, throws': [
    "avgPool, 'same' with padding",
    "avgPool3d, 'same' with padding",
    'resizeNearestNeighbor, half-pixel',
  ],
  'wrong, throws / right, throws': ['resizeNearestNeighbor', 'resizeNearestNeighbor, alignCorners'],
  'throws, throws / right, throws': ['resizeBilinear', 'resizeBilinear, alignCorners'],
  'throws, throws / wrong, throws': ['resizeBilinear, half-pixel'],
  'right, right / throws, throws': ['gather'],
  'wrong, right / wrong, right': ['mirrorPad, reflect', 'mirrorPad, symmetric'],
};

const expected = (name: string): string =>
  Object.keys(STOCK).find((key) => STOCK[key]!.includes(name)) ?? 'right, right / right, right';

describe('stock tfjs', () => {
  it.each(OPS.map((entry) => [entry.name, entry] as const))('%s', async (name, entry) => {
    const found: string[] = [];
    for (const backend of ['cpu', 'wasm']) {
      await setBackend(backend);
      const { first, second } = await verdictsOf(entry, entry.stock ?? entry.f);
      found.push(`${first.status}, ${second.status}`);
    }
    expect(found.join(' / ')).toBe(expected(name));
  });
});
